import { randomInt } from "node:crypto";
import type { NodeId } from "@kontiki/core";
import { ClientDriver } from "../client/client-driver.ts";
import type { ProposalEnd } from "../client/client-effect.ts";
import { sizeOf, type Slice } from "../bytes/slice.ts";
import { KeyedProposals, type KeyedHost } from "../client/keyed-proposals.ts";
import { messageOf } from "../errors.ts";
import type { ClusterEvent, NodeStatus } from "../mail/status.ts";
import type { Consistency } from "../mail/wire.ts";
import { COMMAND_BYTES_MAX, encodeCommand, HEADER_BYTES } from "../sessions/command.ts";
import type { Outcome } from "../sessions/outcome.ts";
import { outcomeOf } from "../sessions/result.ts";
import { someNode } from "../options/node-names.ts";
import { patience, rule } from "../options/rules.ts";
import type { Schema } from "../options/schema.ts";
import { oneOf } from "../options/words.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import type { CheckedOptions } from "./checked-options.ts";
import { TIMEOUT_OPTIONS, type TimeoutOptions } from "./deadline.ts";

/** How a command is proposed. */
export type ProposeOptions = TimeoutOptions & {
  /**
   * Makes retries safe that the program itself makes: the same command, its properties in the same order, with the same key
   * is applied once, and each proposal of it gets that result. That holds across crashes of nodes and restarts of the
   * program, as long as the cluster remembers the key: for the next 1,000,000 log entries, and until 10,000 other keys and
   * clients have come after it. A key that is no longer remembered because of the latter ends as `unknown`.
   *
   * `definitelyNot` is about this proposal: an earlier one with the same key may have been applied. 1 to 256 characters.
   */
  readonly idempotencyKey?: string | undefined;
};

const KEY_LENGTH_MAX = 256;

export const PROPOSE_OPTIONS: Schema<ProposeOptions> = {
  ...TIMEOUT_OPTIONS,
  idempotencyKey: rule(
    `a text of 1 to ${KEY_LENGTH_MAX} characters`,
    (key) => typeof key === "string" && key !== "" && key.length <= KEY_LENGTH_MAX,
  ),
};

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

/** In the place of an outcome until there is one. */
const NOT_ENDED: Outcome<never> = { type: "unknown", reason: "it has not ended" };

/** Client numbers have 48 bits; `randomInt` draws from a range smaller than that. */
const CLIENT_MAX = 2 ** 48 - 1;

/** Proposals and reads of a cluster: encodes them, gives them to the cluster's own client, and decodes their outcomes. */
export class ClusterClient<Command, Result> {
  readonly #supervisor: RemoteSupervisor;
  readonly #driver: ClientDriver;
  readonly #keyed: KeyedProposals;
  readonly #defaultTimeoutMs: number;
  #closed: string | undefined;

  constructor(supervisor: RemoteSupervisor, options: CheckedOptions) {
    const { electionTimeoutMs, heartbeatMs, proposalTimeoutMs } = options;
    const { mail, nodeIds: nodes } = supervisor;
    const { router } = mail;
    const times = { attemptMs: 4 * electionTimeoutMs, backoffMs: heartbeatMs / 2 };
    this.#supervisor = supervisor;
    this.#defaultTimeoutMs = proposalTimeoutMs;
    const taken = randomInt(1, CLIENT_MAX);
    const route: KeyedHost["route"] = (envelope) => router.route(envelope);
    this.#driver = new ClientDriver(taken, nodes, times, route);
    this.#keyed = new KeyedProposals({
      times,
      taken,
      route,
      nodes: () => supervisor.nodeIds,
      reached: () => Math.max(0, ...supervisor.children.map((child) => commitOf(child.status()))),
    });
    mail.attachClient(this.#driver.address, (envelope) => this.#driver.receive(envelope));
    router.attachOtherClients((envelope) => this.#keyed.receive(envelope));
  }

  /** Has a command applied. */
  propose(
    command: Command,
    timeoutMs = this.#defaultTimeoutMs,
    key?: string,
  ): Promise<Outcome<Result>> {
    // What is made for each proposal counts: there may be a hundred thousand a second.
    return new Promise((resolve) => {
      const bytes = this.#encoded("command", command, resolve);
      if (bytes === undefined) return;
      const onEnd = (end: ProposalEnd): void => resolve(this.#outcome(end, true));
      if (key === undefined) this.#driver.propose(bytes, timeoutMs, onEnd);
      else this.#keyed.propose(key, bytes, timeoutMs, onEnd);
    });
  }

  /** Has commands applied in order. Resolves to their outcomes when all have ended. */
  proposeAll(
    commands: readonly Command[],
    timeoutMs = this.#defaultTimeoutMs,
  ): Promise<Outcome<Result>[]> {
    return new Promise((resolve) => {
      const outcomes: Outcome<Result>[] = commands.map(() => NOT_ENDED);
      let left = commands.length;
      const end = (at: number, outcome: Outcome<Result>): void => {
        outcomes[at] = outcome;
        left -= 1;
        if (left === 0) resolve(outcomes);
      };
      const why = this.#closed ?? this.#supervisor.whyAllFailed();
      const places: number[] = [];
      const encoded: Slice[] = [];
      for (const [at, command] of commands.entries()) {
        const bytes = why ?? commandBytes("command", command);
        if (typeof bytes === "string") {
          end(at, definitelyNot(bytes));
          continue;
        }
        places.push(at);
        encoded.push(bytes);
      }
      if (commands.length === 0) resolve([]);
      this.#driver.proposeAll(encoded, timeoutMs, (ended, nth) =>
        end(places[nth] ?? nth, this.#outcome(ended, true)),
      );
    });
  }

  /** Asks a question, of the leader when `node` is undefined. */
  read(
    question: Command,
    { consistency = "linearizable", timeoutMs = this.#defaultTimeoutMs }: ReadOptions,
    node: NodeId | undefined,
  ): Promise<Outcome<Result>> {
    return new Promise((resolve) => {
      const bytes = this.#encoded("question", question, resolve);
      if (bytes === undefined) return;
      const needsQuorum = consistency !== "stale";
      this.#driver.read(bytes, { consistency, node, timeoutMs }, (end) =>
        resolve(this.#outcome(end, needsQuorum)),
      );
    });
  }

  /** Learns from an event which nodes it can ask. */
  onEvent(event: ClusterEvent): void {
    if (event.type === "crashed" || event.type === "stopped")
      this.#each((driver) => driver.nodeDied(event.node));
    if (event.type === "leader") this.#each((driver) => driver.leaderIs(event.node));
    if (event.type !== "failed") return;
    const failed = this.#supervisor.whyAllFailed();
    if (failed !== undefined) this.#each((driver) => driver.unavailable(failed));
  }

  /** Asks the nodes that are present now, and no others. */
  updateNodes(): void {
    this.#each((driver) => driver.nodesAre(this.#supervisor.nodeIds));
  }

  /** Ends all that is pending, and refuses what is asked later. */
  close(): void {
    this.#closed = "the cluster is stopped";
    this.#each((driver) => driver.close("the cluster was stopped before an answer came"));
  }

  #each(tell: (driver: ClientDriver) => void): void {
    tell(this.#driver);
    this.#keyed.each(tell);
  }

  /** The bytes to send; undefined if nothing can be, which was told to `refuse` then. */
  #encoded(
    name: "command" | "question",
    content: Command,
    refuse: (outcome: Outcome<Result>) => void,
  ): Slice | undefined {
    const bytes = this.#closed ?? this.#supervisor.whyAllFailed() ?? commandBytes(name, content);
    if (typeof bytes !== "string") return bytes;
    refuse(definitelyNot(bytes));
    return undefined;
  }

  #outcome(end: ProposalEnd, needsQuorum: boolean): Outcome<Result> {
    if (end.type === "answered") return outcomeOf(end.result) as Outcome<Result>;
    return needsQuorum ? this.#withLoss(end) : end;
  }

  /** Adds why there was no quorum, if none can come and the reason is not worse. */
  #withLoss<E extends { readonly reason: string }>(end: E): E {
    const isWorse = this.#closed !== undefined || this.#supervisor.whyAllFailed() !== undefined;
    const loss = isWorse
      ? undefined
      : (this.#supervisor.quorumLoss() ?? this.#supervisor.whyNoLeader());
    return loss === undefined ? end : { ...end, reason: `${end.reason}: ${loss}` };
  }
}

/** The highest index that a node is known to have committed. */
function commitOf({ raft }: NodeStatus): number {
  return raft?.commit ?? 0;
}

function definitelyNot(reason: string): Outcome<never> {
  return { type: "definitelyNot", reason };
}

/** The bytes of a command or question, or why it cannot be sent. */
function commandBytes(name: "command" | "question", content: unknown): Slice | string {
  try {
    const bytes = encodeCommand(content, name);
    const size = HEADER_BYTES + sizeOf(bytes);
    if (size <= COMMAND_BYTES_MAX) return bytes;
    return `the ${name} has ${size} bytes; the most is ${COMMAND_BYTES_MAX}`;
  } catch (error) {
    return `the ${name} cannot be sent: ${messageOf(error)}`;
  }
}
