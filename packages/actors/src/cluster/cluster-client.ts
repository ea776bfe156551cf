import { randomInt } from "node:crypto";
import type { NodeId } from "@kontiki/core";
import { ClientDriver } from "../client/client-driver.ts";
import type { ProposalEnd } from "../client/client-effect.ts";
import { messageOf } from "../errors.ts";
import type { ClusterEvent, NodeStatus } from "../mail/status.ts";
import type { Consistency } from "../mail/wire.ts";
import { COMMAND_BYTES_MAX, encodeCommand } from "../sessions/command.ts";
import type { Outcome } from "../sessions/outcome.ts";
import { outcomeOf } from "../sessions/result.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { someNode } from "../options/node-names.ts";
import { patience } from "../options/rules.ts";
import type { Schema } from "../options/schema.ts";
import { oneOf } from "../options/words.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import type { CheckedOptions } from "./cluster-options.ts";

/** How a state machine is read. */
export type ReadOptions = {
  /** What the answer must contain. `linearizable` when left out. */
  readonly consistency?: Consistency | undefined;
  /** The node that answers. The leader when left out; for `stale` any node that runs. */
  readonly node?: string | undefined;
  /** How long to try, in ms; `proposalTimeoutMs` of the cluster when left out. */
  readonly timeoutMs?: number | undefined;
};

export const READ_OPTIONS: Schema<ReadOptions> = {
  consistency: oneOf("linearizable", "lease", "stale"),
  node: someNode,
  timeoutMs: patience,
};

/** Client numbers have 48 bits; `randomInt` draws from a range smaller than that. */
const CLIENT_MAX = 2 ** 48 - 1;

/** Proposals and reads of a cluster: encodes them, gives them to the cluster's own client, and decodes their outcomes. */
export class ClusterClient<Command, Result> {
  readonly #supervisor: RemoteSupervisor;
  readonly #driver: ClientDriver;
  readonly #defaultTimeoutMs: number;
  #closed: string | undefined;

  constructor(supervisor: RemoteSupervisor, options: CheckedOptions) {
    const { electionTimeoutMs, heartbeatMs, proposalTimeoutMs } = options;
    const { router, children } = supervisor;
    const times = { attemptMs: 4 * electionTimeoutMs, backoffMs: heartbeatMs / 2 };
    const nodes = children.map(({ id }) => id);
    this.#supervisor = supervisor;
    this.#defaultTimeoutMs = proposalTimeoutMs;
    this.#driver = new ClientDriver(randomInt(1, CLIENT_MAX), nodes, times, (envelope) =>
      router.route(envelope),
    );
    router.attachClient(this.#driver.address, (envelope) => this.#driver.receive(envelope));
  }

  /** Has a command applied. */
  propose(command: Command, timeoutMs = this.#defaultTimeoutMs): Promise<Outcome<Result>> {
    return this.#ask("command", command, true, (bytes, onEnd) =>
      this.#driver.propose(bytes, timeoutMs, onEnd),
    );
  }

  /** Asks a question, of the leader when `node` is undefined. */
  read(
    question: Command,
    { consistency = "linearizable", timeoutMs = this.#defaultTimeoutMs }: ReadOptions,
    node: NodeId | undefined,
  ): Promise<Outcome<Result>> {
    return this.#ask("question", question, consistency !== "stale", (bytes, onEnd) =>
      this.#driver.read(bytes, { consistency, node, timeoutMs }, onEnd),
    );
  }

  /** Learns from an event which nodes it can ask. */
  onEvent(event: ClusterEvent): void {
    if (event.type === "crashed" || event.type === "stopped") this.#driver.nodeDied(event.node);
    if (event.type === "leader") this.#driver.leaderIs(event.node);
    if (event.type !== "failed") return;
    const failed = this.#whyAllFailed();
    if (failed !== undefined) this.#driver.unavailable(failed);
  }

  /** Asks the nodes that are present now, and no others. */
  updateNodes(): void {
    this.#driver.nodesAre(this.#supervisor.children.map(({ id }) => id));
  }

  /** Ends all that is pending, and refuses what is asked later. */
  close(): void {
    this.#closed = "the cluster is stopped";
    this.#driver.close("the cluster was stopped before an answer came");
  }

  #ask(
    name: "command" | "question",
    content: Command,
    needsQuorum: boolean,
    ask: (bytes: CommandBytes, onEnd: (end: ProposalEnd) => void) => void,
  ): Promise<Outcome<Result>> {
    return new Promise((resolve) => {
      const refuse = (reason: string): void => resolve({ type: "definitelyNot", reason });
      const why = this.#closed ?? this.#whyAllFailed();
      if (why !== undefined) return refuse(why);
      const bytes = commandBytes(name, content, refuse);
      if (bytes === undefined) return;
      ask(bytes, (end) =>
        resolve(
          end.type === "answered"
            ? (outcomeOf(end.result) as Outcome<Result>)
            : needsQuorum
              ? this.#withLoss(end)
              : end,
        ),
      );
    });
  }

  /** Adds why there was no quorum, if none can come and the reason is not worse. */
  #withLoss<E extends { readonly reason: string }>(end: E): E {
    const isWorse = this.#closed !== undefined || this.#whyAllFailed() !== undefined;
    const loss = isWorse
      ? undefined
      : (this.#supervisor.quorumLoss() ?? this.#supervisor.whyNoLeader());
    return loss === undefined ? end : { ...end, reason: `${end.reason}: ${loss}` };
  }

  /** Why no node can answer or will recover by itself; undefined when one may. */
  #whyAllFailed(): string | undefined {
    const causes = this.#supervisor.children.map((child) => causeOfFailure(child.status()));
    if (causes.includes(undefined)) return undefined;
    return `all nodes have failed (${causes.join("; ")})`;
  }
}

function causeOfFailure({ id, life }: NodeStatus): string | undefined {
  return life.type === "failed" ? `${id}: ${life.cause}` : undefined;
}

function commandBytes(
  name: "command" | "question",
  content: unknown,
  refuse: (reason: string) => void,
): CommandBytes | undefined {
  try {
    const bytes = encodeCommand(content, name);
    if (bytes.length <= COMMAND_BYTES_MAX) return bytes;
    refuse(`the ${name} has ${bytes.length} bytes; the most is ${COMMAND_BYTES_MAX}`);
  } catch (error) {
    refuse(`the ${name} cannot be sent: ${messageOf(error)}`);
  }
  return undefined;
}
