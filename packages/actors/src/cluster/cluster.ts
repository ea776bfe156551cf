import { randomInt } from "node:crypto";
import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import { currentLeader, haveConverged } from "../threads/agreement.ts";
import type { Child } from "../threads/child.ts";
import { ClientDriver } from "../client/client-driver.ts";
import type { ProposalEnd } from "../client/client-effect.ts";
import type { Consistency } from "../mail/wire.ts";
import { MemoryDisks, type ClusterDisks } from "../directory/cluster-disks.ts";
import {
  checkOptions,
  defaultNodes,
  levelsBelow,
  type CheckedOptions,
  type ClusterOptions,
} from "./cluster-options.ts";
import { COMMAND_BYTES_MAX, encodeCommand } from "../sessions/command.ts";
import { holdsCluster, openDataDirectory } from "../directory/data-directory.ts";
import { KontikiError, messageOf } from "../errors.ts";
import type { KeyValueCommand, KeyValueResult } from "../machine/key-value.ts";
import { callerUrl, machineUrl } from "../machine/machine-url.ts";
import { MemberChanges, type AddNodeOptions } from "./member-changes.ts";
import { membersIn, type Members } from "./members.ts";
import { NodeHandle } from "./node-handle.ts";
import type { Outcome } from "../sessions/outcome.ts";
import { outcomeOf } from "../sessions/result.ts";
import { MAILBOX_DEFAULTS } from "../threads/router.ts";
import type { ClusterEvent, ClusterEvents, NodeStatus } from "../mail/status.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { Supervisor, type CommonSpec } from "../threads/supervisor.ts";
import { transferLead } from "./transfer-lead.ts";
import { Deadline, waitFor, type WaitOptions } from "./deadline.ts";

/** How a state machine is read. */
export type ReadOptions = {
  /** What the answer must hold. `linearizable` when left out. */
  readonly consistency?: Consistency | undefined;
  /** The node that shall answer. Whoever leads when left out; for `stale` any that runs. */
  readonly node?: string | undefined;
  /** How long to try, in ms; `proposalTimeoutMs` of the cluster when left out. */
  readonly timeoutMs?: number | undefined;
};

/** How long an orderly stop of the cluster may take before threads are killed, in ms. */
const STOP_MS = 5_000;

/** How many nodes a cluster gets when nobody says. */
const DEFAULT_NODES = 3;

/** How long threads may take to die of being killed, in ms. One that waits for a stalled disk does not. */
const KILL_MS = 5_000;

/** Client numbers are 48 bits; `randomInt` draws from a range smaller than that. */
const CLIENT_MAX = 2 ** 48 - 1;

/**
 * A replicated state machine on several nodes in this process, each in a thread of its own, restarted when it crashes.
 *
 * `Command` and `Result` are what the state machine takes and gives.
 *
 * @example
 * ```ts
 * import { Cluster } from "@kontiki/actors";
 *
 * const cluster = await Cluster.start({ nodes: 3 });
 * await cluster.propose({ type: "put", key: "greeting", value: "ahoy" });
 * await cluster.node(await cluster.leader()).crash();
 * console.log(await cluster.get("greeting")); // { type: "ok", value: "ahoy" }
 * await cluster.stop();
 * ```
 */
export class Cluster<Command = KeyValueCommand, Result = KeyValueResult> {
  /** What happens in the cluster, as it happens. */
  readonly events = new EventEmitter<ClusterEvents>();
  readonly #supervisor: Supervisor;
  readonly #client: ClientDriver;
  readonly #disks: ClusterDisks;
  readonly #members: MemberChanges;
  readonly #options: CheckedOptions;
  #stopped = false;
  #stopping: Promise<void> | undefined;

  private constructor(options: CheckedOptions, stateMachine: string) {
    const { electionTimeoutMs, heartbeatMs, priorities, policy } = options;
    const disks = disksOf(options);
    const nodes = disks.disks();
    this.#options = options;
    this.#disks = disks;
    this.#supervisor = new Supervisor({
      voters: disks.voters,
      nodes,
      spec: commonSpec(options, stateMachine),
      levelsBelow: (node) => levelsBelow(priorities, node),
      policy,
      mailbox: MAILBOX_DEFAULTS,
      network: options.network,
    });
    this.#members = new MemberChanges(this.#supervisor, disks, heartbeatMs);
    const times = { attemptMs: 4 * electionTimeoutMs, backoffMs: heartbeatMs / 2 };
    const { router } = this.#supervisor;
    this.#client = new ClientDriver(randomInt(1, CLIENT_MAX), this.nodeIds, times, (envelope) =>
      router.route(envelope),
    );
    router.attachClient(this.#client.address, (envelope) => this.#client.receive(envelope));
    this.#supervisor.events.on("event", (event) => this.#onEvent(event));
    this.#supervisor.events.on("status", (child) => this.#onStatus(child));
  }

  /**
   * Starts a cluster, and waits until every node has recovered its state from its disk.
   *
   * @throws KontikiError when an option is wrong, the data directory cannot be used, the state machine cannot be
   *   loaded, or a node cannot start. Then nothing is left running.
   */
  static async start<C = KeyValueCommand, R = KeyValueResult>(
    options: ClusterOptions = {},
  ): Promise<Cluster<C, R>> {
    const caller = callerUrl();
    const cluster = new Cluster<C, R>(
      checkOptions(options),
      machineUrl(options.stateMachine, caller),
    );
    if (options.onEvent !== undefined) cluster.events.on("event", options.onEvent);
    try {
      await cluster.#startAll();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The names of the nodes. */
  get nodeIds(): readonly NodeId[] {
    return this.#supervisor.children.map((child) => child.id);
  }

  /** Every node as it was last heard of. */
  status(): readonly NodeStatus[] {
    return this.#supervisor.children.map((child) => child.status());
  }

  /** Letters that could not be delivered so far, by address and reason. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#supervisor.deadLetters;
  }

  /** Waits for a leader. @throws KontikiError when there is none in time. */
  leader(options: WaitOptions = {}): Promise<NodeId> {
    return waitFor(
      this.#supervisor.events,
      "waiting for a leader",
      () => {
        this.#supervisor.checkRunning();
        return currentLeader(this.status());
      },
      options,
    );
  }

  /**
   * Waits until all members but those that are stopped or failed have applied the same whole log, and no membership
   * change is under way.
   *
   * @throws KontikiError when they have not in time.
   */
  async converged(options: WaitOptions = {}): Promise<void> {
    const look = (): true | undefined => {
      const known = this.#supervisor.whoLeads();
      return (known !== undefined && haveConverged(this.status(), known)) || undefined;
    };
    await waitFor(this.#supervisor.events, "waiting for all nodes to agree", look, options);
  }

  /**
   * Has a command applied by the replicated state machine, exactly once. Never rejects: the outcome says how it ended.
   *
   * @param command plain data, at most {@link COMMAND_BYTES_MAX} bytes as msgpack.
   * @param options how long to try, in ms; `proposalTimeoutMs` of the cluster when left out.
   */
  propose(
    command: Command,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<Outcome<Result>> {
    const { timeoutMs = this.#options.proposalTimeoutMs } = options;
    return this.#ask(command, timeoutMs, (bytes, end) =>
      this.#client.propose(bytes, timeoutMs, end),
    );
  }

  /**
   * Asks the state machine a question without changing anything and without the log: no disk is written. The outcome says
   * how it ended; a read that did not succeed had no effect.
   *
   * - `linearizable`, the default: the answer holds all that was acknowledged before the read began. A leader is asked
   *   whether it still leads, by a round of messages that many reads share (dissertation 6.4).
   * - `lease`: the same, but while the leader's lease lasts without that round (6.4.1), if the cluster was started with
   *   `leases`.
   * - `stale`: what the node that is asked has applied, however old that is. It answers without a leader.
   *
   * @param question what the machine's `query` takes, plain data. A machine without `query` has it applied as a command.
   * @param options the `node` to ask, else the leader is, and for `stale` whoever runs; and how long to try, in ms.
   * @throws KontikiError when there is no such node, and for nothing else.
   */
  async read(question: Command, options: ReadOptions = {}): Promise<Outcome<Result>> {
    const { timeoutMs = this.#options.proposalTimeoutMs, consistency = "linearizable" } = options;
    const node = options.node === undefined ? undefined : this.node(options.node).id;
    return this.#ask(question, timeoutMs, (bytes, end) =>
      this.#client.read(bytes, { consistency, node, timeoutMs }, end),
    );
  }

  /** The value of a key of the key-value machine, null when absent. A linearizable read. */
  async get(
    key: string,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<Outcome<string | null>> {
    return (await this.read({ type: "get", key } as Command, options)) as Outcome<string | null>;
  }

  /** One of the nodes. @throws KontikiError that names them all when there is none of this name. */
  node(id: string): NodeHandle {
    const child = this.#supervisor.child(id);
    if (child === undefined)
      throw new KontikiError(`there is no node ${id}: there are ${this.nodeIds.join(", ")}`);
    return new NodeHandle(child, this.#supervisor, this.#disks);
  }

  /** The members as the leader knows them, which is waited for. @throws KontikiError when there is none in time. */
  async members(options: WaitOptions = {}): Promise<Members> {
    const { events } = this.#supervisor;
    const look = (): Members | undefined => {
      const known = this.#supervisor.whoLeads();
      return known === undefined ? undefined : membersIn(known);
    };
    return waitFor(events, "waiting for a leader", look, options);
  }

  /**
   * Adds a node: starts it with an empty disk, has it catch up as a learner, and gives it a vote then (dissertation
   * 4.2.1). Resolves when it votes, or when it is a learner if that is what was wanted. With `replaces` another node
   * leaves in the same change, and its disk goes.
   *
   * @param id the name of the new node: that of no other.
   * @throws KontikiError when it is not what was wanted in time; it says what is left.
   */
  async addNode(id: string, options: AddNodeOptions = {}): Promise<void> {
    await this.#withOtherNodes(this.#members.add(id, options));
  }

  /**
   * Takes a node out of the cluster and, when that is committed, its thread and its disk away. The leader may be removed:
   * it leads until the change is committed (dissertation 4.2.2).
   *
   * @throws KontikiError for the only voter, and when it is not committed in time. Then it may be done again.
   */
  async removeNode(id: string, options: WaitOptions = {}): Promise<void> {
    await this.#withOtherNodes(this.#members.remove(id, options));
  }

  /** Gives a learner a vote, as soon as it has caught up. @throws KontikiError when it has none in time. */
  async promote(id: string, options: WaitOptions = {}): Promise<void> {
    await this.#members.promote(id, options);
  }

  /**
   * Has the leader hand over to another node (dissertation 3.10), at once and without a gap in which nobody leads.
   *
   * @param id the node that shall lead; left out: the voter whose log is most like the leader's.
   * @returns who leads then.
   * @throws KontikiError when it does not in time, or has no vote.
   */
  async transfer(id?: string, options: WaitOptions = {}): Promise<NodeId> {
    const target = id === undefined ? undefined : this.node(id).runningId;
    const deadline = new Deadline("transferring the lead", options);
    return transferLead(this.#supervisor, target, deadline, this.#options.heartbeatMs);
  }

  /**
   * Stops all nodes in order, and ends what is still proposed. Threads that have not ended by the deadline are killed.
   * When it is over nothing of the cluster runs any more, and its data directory is free. May be called again.
   *
   * @throws KontikiError when a thread cannot even be killed, as when its disk stalls: the directory stays locked.
   */
  stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stopAll(options.timeoutMs ?? STOP_MS);
    return this.#stopping;
  }

  async #startAll(): Promise<void> {
    for (const child of this.#supervisor.children) child.start();
    const look = (): true | undefined => {
      const statuses = this.status();
      for (const { id, life } of statuses) {
        if (life.type === "failed") throw new KontikiError(`${id} cannot start: ${life.cause}`);
      }
      return statuses.every(({ life }) => life.type === "running") || undefined;
    };
    await waitFor(this.#supervisor.events, "starting all nodes", look, { timeoutMs: 2 ** 30 });
  }

  async #stopAll(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    this.#client.close("the cluster was stopped before an answer came");
    const { children, events } = this.#supervisor;
    this.#supervisor.stop(timeoutMs);
    const look = (): true | undefined =>
      children.every((child) => child.thread === undefined) || undefined;
    try {
      await waitFor(events, "stopping all nodes", look, { timeoutMs: timeoutMs + KILL_MS });
      // Not before all threads are gone: one that still runs may still write there.
      this.#disks.close();
    } finally {
      this.#supervisor.close();
    }
  }

  /** Has something asked of the cluster with these bytes, unless it cannot be. */
  #ask(
    content: unknown,
    timeoutMs: number,
    ask: (bytes: CommandBytes, end: (end: ProposalEnd) => void) => void,
  ): Promise<Outcome<Result>> {
    return new Promise((resolve) => {
      const refuse = (reason: string): void => resolve({ type: "definitelyNot", reason });
      if (this.#stopped) return refuse("the cluster is stopped");
      const failed = whyAllFailed(this.status());
      if (failed !== undefined) return refuse(failed);
      if (Number.isNaN(timeoutMs)) return refuse("timeoutMs is NaN: give a number of milliseconds");
      const bytes = commandBytes(content, refuse);
      if (bytes === undefined) return;
      ask(bytes, (end) =>
        resolve(end.type === "answered" ? (outcomeOf(end.result) as Outcome<Result>) : end),
      );
    });
  }

  /** The client turns to the nodes that there are after this. */
  async #withOtherNodes(change: Promise<void>): Promise<void> {
    try {
      await change;
    } finally {
      this.#client.nodesAre(this.nodeIds);
    }
  }

  #onEvent(event: ClusterEvent): void {
    if (event.type === "crashed" || event.type === "stopped") this.#client.nodeDied(event.node);
    if (event.type === "leader") this.#client.leaderIs(event.node);
    if (event.type === "failed") {
      const failed = whyAllFailed(this.status());
      if (failed !== undefined) this.#client.unavailable(failed);
    }
    tell(() => this.events.emit("event", event));
  }

  /** Nodes under load say something new a thousand times a second: only who listens pays for it. */
  #onStatus(child: Child): void {
    if (this.events.listenerCount("status") === 0) return;
    tell(() => this.events.emit("status", child.status()));
  }
}

/** Without names a new directory gets the default ones. */
function disksOf({ dataDir, nodes }: CheckedOptions): ClusterDisks {
  if (dataDir === undefined) return new MemoryDisks(nodes ?? defaultNodes(DEFAULT_NODES));
  const ofNew = holdsCluster(dataDir) ? undefined : defaultNodes(DEFAULT_NODES);
  return openDataDirectory(dataDir, nodes ?? ofNew);
}

function commonSpec(options: CheckedOptions, stateMachine: string): CommonSpec {
  const { electionTimeoutMs, heartbeatMs, heapMiB, snapshots, keptEntries } = options;
  const { maxUncommittedBytes, leases, trace } = options;
  return {
    stateMachine,
    electionTimeoutMs,
    heartbeatMs,
    heapMiB,
    snapshots,
    keptEntries,
    maxUncommittedBytes,
    leases,
    trace,
  };
}

/** Nobody is left who could answer or would come back by itself: why, undefined otherwise. */
function whyAllFailed(nodes: readonly NodeStatus[]): string | undefined {
  const causes = nodes.map(({ id, life }) =>
    life.type === "failed" ? `${id}: ${life.cause}` : undefined,
  );
  if (causes.includes(undefined)) return undefined;
  return `all nodes have failed (${causes.join("; ")})`;
}

function commandBytes(
  command: unknown,
  refuse: (reason: string) => void,
): CommandBytes | undefined {
  try {
    const bytes = encodeCommand(command);
    if (bytes.length <= COMMAND_BYTES_MAX) return bytes;
    refuse(`the command has ${bytes.length} bytes; the most is ${COMMAND_BYTES_MAX}`);
  } catch (error) {
    refuse(`the command cannot be sent: ${messageOf(error)}`);
  }
  return undefined;
}

/** A listener that throws is its owner's mishap: it must not keep a node from being restarted. */
function tell(emit: () => void): void {
  try {
    emit();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
