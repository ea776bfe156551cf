import { KontikiError, type ClusterEvent, type NodeStatus, type RaftStatus } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import type {
  HostListener,
  RunningHost,
  StartHost,
} from "../../../packages/nats/src/engine/host-process.ts";
import type {
  HostOrder,
  HostReport,
  HostStart,
} from "../../../packages/nats/src/engine/host-protocol.ts";

/** A node that runs and follows. */
export function running(id: string, raft: Partial<RaftStatus> = {}): NodeStatus {
  return {
    id: id as NodeId,
    life: { type: "running" },
    incarnation: 1,
    restarts: 0,
    raft: { role: "follower", term: 1, leader: "n1", ...raft } as RaftStatus,
    uid: 0,
    trouble: undefined,
    condition: undefined,
  };
}

/** A host without a process, which does what the test says. */
export class FakeHost implements RunningHost {
  readonly options: HostStart;
  readonly #log: string[];
  readonly #node: string;
  readonly #listener: HostListener;
  readonly #answer: (order: HostOrder) => unknown;
  readonly #whyNot: string | undefined;
  readonly #dies: () => Promise<string | undefined>;

  constructor(
    hosts: Pick<FakeHosts, "log" | "answer" | "onOrder" | "whyNot" | "dies">,
    ...[node, options, listener]: Parameters<StartHost>
  ) {
    this.#log = hosts.log;
    this.#answer = (order) => {
      hosts.onOrder(order);
      return hosts.answer(node, order);
    };
    this.#whyNot = hosts.whyNot;
    this.#dies = async () => hosts.dies();
    this.#node = node;
    this.options = options;
    this.#listener = listener;
  }

  async up(): Promise<void> {
    if (this.#whyNot !== undefined) throw new KontikiError(this.#whyNot);
    const { options } = this;
    const isFirst = options.peers?.hosts[options.host ?? ""]?.includes(this.#node) !== false;
    if (isFirst) this.report({ status: running(this.#node) });
  }

  async order(order: HostOrder): Promise<unknown> {
    const { type, ...fields } = order;
    this.#log.push([this.#node, type, JSON.stringify(fields)].join(" ").replace(" {}", ""));
    return this.#answer(order);
  }

  signal(signal: string): void {
    this.#log.push(`${this.#node} ${signal}`);
  }

  async kill(): Promise<string | undefined> {
    this.#log.push(`${this.#node} kill`);
    return this.#dies();
  }

  report(report: Partial<HostReport>): void {
    this.#listener.onReport({ events: [], status: undefined, counts: {}, effects: {}, ...report });
  }

  exit(cause: string): void {
    this.#listener.onExit(cause);
  }
}

/** Starts hosts without processes, and remembers what they were told. */
export class FakeHosts {
  readonly log: string[] = [];
  /** All that were started, in their order. */
  readonly started: FakeHost[] = [];
  /** What hosts answer to orders. */
  answer: (node: string, order: HostOrder) => unknown = () => undefined;
  onOrder: (order: HostOrder) => void = () => {};
  /** How long a killed one takes to be gone, and why it had ended before. */
  dies: () => Promise<string | undefined> = () => Promise.resolve(undefined);
  /** Why hosts do not start from now on. */
  whyNot: string | undefined;

  readonly start: StartHost = (node, options, listener) => {
    this.log.push(`${node} start`);
    const host = new FakeHost(this, node, options, listener);
    this.started.push(host);
    return host;
  };

  /** The last one. */
  get last(): FakeHost {
    const host = this.started.at(-1);
    if (host === undefined) throw new Error("none was started");
    return host;
  }
}

/** An event in short. */
export function shortEvent(event: ClusterEvent): string {
  const cause = "cause" in event ? `: ${event.cause}` : "";
  const asked = "asked" in event && event.asked ? " (asked)" : "";
  return `${"node" in event ? event.node : ""} ${event.type}${asked}${cause}`;
}
