import type { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import { untilConverged } from "./converged.ts";
import { askHosts, HOST_MS, type OtherHost } from "./other-hosts.ts";
import { ARGUMENTS } from "./cluster-arguments.ts";
import {
  PROPOSE_OPTIONS,
  READ_OPTIONS,
  type ClusterClient,
  type ProposeOptions,
  type ReadOptions,
} from "./cluster-client.ts";
import type { ClusterFaults } from "./cluster-faults.ts";
import { checkClusterOptions, type CheckedOptions } from "./checked-options.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import type { AppliedEvent } from "./applied-watch.ts";
import { KontikiError } from "../errors.ts";
import type { KeyValueCommand, KeyValueResult } from "../machine/key-value.ts";
import { callerUrl, machineUrl } from "../machine/machine-url.ts";
import type { AddNodeOptions, MembersChange } from "./member-options.ts";
import { membersIn, type Members } from "./members.ts";
import { NamedNodes } from "./named-nodes.ts";
import type { NodeHandle } from "./node-handle.ts";
import { checkArgument } from "../options/argument.ts";
import { countArguments } from "../options/argument-count.ts";
import { someNode } from "../options/node-names.ts";
import { rule } from "../options/rules.ts";
import { checkOptions, wrongOptions } from "../options/schema.ts";
import type { Outcome } from "../sessions/outcome.ts";
import { RunningCluster } from "./running-cluster.ts";
import { startAll } from "./start-and-stop.ts";
import type { ClusterEvents, NodeStatus } from "../mail/status.ts";
import type { ClusterMetrics } from "../threads/cluster-metrics.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { checkThreads } from "../program/supervisor-thread.ts";
import { transferLead } from "./transfer-lead.ts";
import { leaderForChange } from "./change-end.ts";
import {
  checkedEach,
  proposeEach,
  wrongList,
  type Commands,
  type ProposeEachOptions,
} from "./propose-each.ts";
import {
  Deadline,
  TIMEOUT_OPTIONS,
  WAIT_OPTIONS,
  type TimeoutOptions,
  type WaitOptions,
} from "./deadline.ts";

const KEY = rule<string>("a string", (key) => typeof key === "string");

/** How long a graceful stop of the cluster may take before threads are killed, in ms. */
const STOP_MS = 5_000;

/**
 * A replicated state machine on several nodes in this process, each in its own thread, restarted when it crashes.
 *
 * `Command` and `Result` are the types that the state machine takes and gives.
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
  readonly events: EventEmitter<ClusterEvents>;
  readonly #running: RunningCluster<Command, Result>;
  readonly #supervisor: RemoteSupervisor;
  readonly #client: ClusterClient<Command, Result>;
  readonly #nodes: NamedNodes;
  readonly #heartbeatMs: number;
  #stopping: Promise<void> | undefined;

  static {
    const named = { where: "Cluster" };
    countArguments(Cluster, named, { rejects: { start: 1 }, throws: {} });
    countArguments<Cluster<unknown, unknown>>(Cluster.prototype, named, ARGUMENTS);
  }

  private constructor(options: CheckedOptions, stateMachine: string) {
    this.#heartbeatMs = options.heartbeatMs;
    this.#running = new RunningCluster(options, stateMachine);
    const { events, supervisor, client, disks } = this.#running;
    this.events = events;
    this.#supervisor = supervisor;
    this.#client = client;
    this.#nodes = new NamedNodes(supervisor, disks, options.hosts?.host ?? "");
  }

  /**
   * Starts a cluster, and waits until every node has recovered its state from its disk. A node that cannot is `failed`,
   * with its reason in its status and in a `failed` event, and does not keep the others from running. Neither does one that
   * has crashed three times: it is still being restarted.
   *
   * @throws KontikiError when an option is wrong, the data directory cannot be used, the state machine cannot be
   *   loaded, or no node can start. Then nothing is left running.
   */
  static async start<C = KeyValueCommand, R = KeyValueResult>(
    options?: ClusterOptions,
  ): Promise<Cluster<C, R>> {
    checkThreads();
    const caller = callerUrl();
    const checked = checkClusterOptions(options);
    const cluster = new Cluster<C, R>(checked, machineUrl(options?.stateMachine, caller));
    if (options?.onEvent !== undefined) cluster.events.on("event", options.onEvent);
    const { repair } = cluster.#running.disks;
    if (repair !== undefined) cluster.#running.onEvent({ type: "directoryRepaired", what: repair });
    try {
      await startAll(cluster.#supervisor);
      cluster.#supervisor.watchLeader();
      for (const [before, after] of Object.entries(checked.renames))
        await cluster.addNode(after, { replaces: before });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /**
   * Calls back with each entry that the machines apply, once and in the order of the log, from soon after now on. Returns a
   * function that ends it. Commands and results are those of the machine, which must not change them.
   *
   * @hidden
   */
  watchApplied(listener: (event: AppliedEvent) => void): () => void {
    return this.#running.applied.add(listener);
  }

  /** By which the messages of the channels `kontiki:*` name it: which cluster of this process it is, from 1. */
  get number(): number {
    return this.#running.channels.cluster;
  }

  /** Injects faults. @throws KontikiError when the cluster was started without the option `faults`. */
  get faults(): ClusterFaults {
    const { faults } = this.#running;
    if (faults !== undefined) return faults;
    throw new KontikiError("Cluster.faults: the cluster was started without the option faults");
  }

  /** The names of the nodes, with several hosts those of this one. */
  get nodeIds(): readonly NodeId[] {
    return this.#supervisor.children.map((child) => child.id);
  }

  /** The last known status of every node, with several hosts of those of this one. */
  status(): readonly NodeStatus[] {
    return this.#supervisor.children.map((child) => child.status());
  }

  /**
   * The other hosts of the cluster, and how their nodes are: each host is asked. None for a cluster in one process.
   *
   * @param options how long a host may take to answer, in ms, 1,000 when left out.
   */
  async otherHosts(options?: TimeoutOptions): Promise<readonly OtherHost[]> {
    checkOptions("Cluster.otherHosts", TIMEOUT_OPTIONS, options);
    return askHosts(this.#supervisor, options?.timeoutMs ?? HOST_MS);
  }

  /** The other host that has a node; undefined for a node of this one, and for one that no host is known to have. */
  hostOf(id: string): string | undefined {
    checkArgument("Cluster.hostOf", "id", someNode, id);
    return this.#nodes.hostOf(id);
  }

  /**
   * What the cluster measures, as plain data: terms, elections, mailboxes, durations of turns and of syncs. Counts are sums
   * over all starts of a node. It asks no node, and counting costs the nodes next to nothing.
   *
   * What happens between two calls is published to `node:diagnostics_channel`: `kontiki:step`, `kontiki:sync`,
   * `kontiki:role`, `kontiki:thread` and `kontiki:dead-letter`.
   *
   * @example
   * ```ts
   * import { subscribe } from "node:diagnostics_channel";
   * import { Cluster } from "@kontiki/actors";
   *
   * let syncs = 0;
   * subscribe("kontiki:sync", () => (syncs += 1)); // before the start, so that none is missed
   * const cluster = await Cluster.start({ nodes: 1 });
   * await cluster.propose({ type: "put", key: "greeting", value: "ahoy" });
   * const [node] = (await cluster.metrics()).nodes;
   * console.log(node?.isLeader, node?.electionsStarted); // true 1
   * await cluster.stop();
   * console.log(syncs > 0); // true
   * ```
   */
  async metrics(): Promise<ClusterMetrics> {
    return this.#supervisor.metrics();
  }

  /** Letters that could not be delivered so far, by address and reason. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#supervisor.deadLetters.counts;
  }

  /**
   * Why no node leads, in one line: which nodes are missing for what. Undefined while one leads, and when none is missing,
   * so that an election may succeed at any time.
   */
  whyNoLeader(): string | undefined {
    return this.#supervisor.whyNoLeader();
  }

  /** Waits for a leader. @throws KontikiError when there is none in time, which says why, if that is known. */
  async leader(options?: WaitOptions): Promise<NodeId> {
    checkOptions("Cluster.leader", WAIT_OPTIONS, options);
    const deadline = new Deadline("waiting for a leader", options);
    return deadline.wait(this.#supervisor.events, () => {
      this.#supervisor.checkRunning();
      deadline.obstacle = this.#supervisor.whyNoLeader();
      return this.#supervisor.leader();
    });
  }

  /**
   * Waits until all members that are neither stopped nor failed have applied the same whole log and have the same state,
   * and no membership change is under way.
   *
   * @throws StateMachineError when two of them have applied the same log and have different states, and when a node failed
   *   because of its state machine. KontikiError when they do not agree in time: of a host that is silent nothing is known.
   */
  async converged(options?: WaitOptions): Promise<void> {
    checkOptions("Cluster.converged", WAIT_OPTIONS, options);
    const deadline = new Deadline("waiting for all nodes to agree", options);
    return untilConverged(this.#supervisor, this.#running.watch, deadline);
  }

  /**
   * Has a command applied by the replicated state machine, exactly once. The outcome is how it ended; only a
   * wrong option is an error. Without a quorum it waits until its time has run out, because a stopped node may be
   * started.
   *
   * @param command plain data, at most {@link COMMAND_BYTES_MAX} bytes as msgpack, nested at most 100 deep. Every node gets
   *   an equal value. Anything else is not sent: the outcome is `definitelyNot`, and its reason says which part is what.
   * @param options how long to try, in ms; `proposalTimeoutMs` of the cluster when left out. An `idempotencyKey` makes
   *   it safe to propose the same command again.
   * @throws KontikiError for a wrong option, and for nothing else.
   */
  propose(command: Command, options?: ProposeOptions): Promise<Outcome<Result>> {
    // No async function: this is called a hundred thousand times a second.
    const wrong = wrongOptions("Cluster.propose", PROPOSE_OPTIONS, options);
    if (wrong !== undefined) return Promise.reject(new KontikiError(wrong));
    return this.#client.propose(command, options?.timeoutMs, options?.idempotencyKey);
  }

  /**
   * Has many commands applied, each exactly once, in their order. They travel together, and cost much less than as many
   * calls of {@link propose}. Each has its own outcome, as if it was proposed alone: nothing makes them one transaction.
   *
   * @param commands a list; each command as for {@link propose}.
   * @param options how long to try, in ms; `proposalTimeoutMs` of the cluster when left out.
   * @returns the outcomes, in the order of the commands, when all of them have ended.
   * @throws KontikiError when `commands` is no list, and for a wrong option.
   * @example
   * ```ts
   * import { Cluster } from "@kontiki/actors";
   *
   * const cluster = await Cluster.start({ nodes: 3 });
   * const puts = ["a", "b", "c"].map((key) => ({ type: "put", key, value: "1" }) as const);
   * const outcomes = await cluster.proposeAll(puts);
   * console.log(outcomes.every(({ type }) => type === "ok")); // true
   * await cluster.stop();
   * ```
   */
  proposeAll(
    commands: readonly Command[],
    options?: TimeoutOptions,
  ): Promise<readonly Outcome<Result>[]> {
    const wrong = wrongList(commands, options);
    if (wrong !== undefined) return Promise.reject(new KontikiError(wrong));
    return this.#client.proposeAll(commands, options?.timeoutMs);
  }

  /**
   * Has commands applied as they come, each exactly once, in their order, and yields their outcomes in that order. At most
   * `outstanding` of them are under way; the next command is taken from `commands` only when there is room, so that a
   * source may be endless. Stop reading, and no more are taken; those under way still end.
   *
   * @param commands an iterable or async iterable; each command as for {@link propose}.
   * @param options `outstanding`, 1,024 when left out; how long to try each, in ms.
   * @throws KontikiError when `commands` cannot be iterated, and for a wrong option.
   * @example
   * ```ts
   * import { Cluster } from "@kontiki/actors";
   *
   * const cluster = await Cluster.start({ nodes: 3 });
   * function* puts() {
   *   for (let at = 0; at < 10_000; at += 1)
   *     yield { type: "put", key: `k${at % 100}`, value: String(at) } as const;
   * }
   * let done = 0;
   * for await (const { type } of cluster.proposeEach(puts())) if (type === "ok") done += 1;
   * console.log(done); // 10000
   * await cluster.stop();
   * ```
   */
  proposeEach(
    commands: Commands<Command>,
    options: ProposeEachOptions = {},
  ): AsyncGenerator<Outcome<Result>, void, void> {
    const { outstanding, timeoutMs } = checkedEach(commands, options);
    return proposeEach(commands, outstanding, (command) =>
      this.#client.propose(command, timeoutMs),
    );
  }

  /**
   * Asks the state machine a question. It changes nothing and bypasses the log: no disk is written. The outcome is how it
   * ended; a read that did not succeed had no effect.
   *
   * - `linearizable`, the default: the answer reflects all that was acknowledged before the read began. The leader makes
   *   sure that it still leads, by a round of messages that many reads share (dissertation 6.4).
   * - `lease`: the same, but without that round while the leader's lease lasts (6.4.1), if the cluster was started with
   *   `leases`.
   * - `stale`: what the node that answers has applied, however old that is. It needs no leader.
   *
   * @param question what the machine's `query` takes, plain data. A machine without `query` applies it as a command.
   * @param options the `node` to ask, by default the leader, and for `stale` any node that runs; how long to try, in ms.
   * @throws KontikiError when there is no such node, for a wrong option, and for nothing else.
   */
  async read(question: Command, options?: ReadOptions): Promise<Outcome<Result>> {
    checkOptions("Cluster.read", READ_OPTIONS, options);
    const { node } = options ?? {};
    const asked = node === undefined ? undefined : this.#nodes.anywhere("Cluster.read", node);
    return this.#client.read(question, options ?? {}, asked);
  }

  /** The value of a key of the key-value machine, null when absent. A linearizable read. */
  async get(key: string, options?: TimeoutOptions): Promise<Outcome<string | null>> {
    checkArgument("Cluster.get", "key", KEY, key);
    checkOptions("Cluster.get", TIMEOUT_OPTIONS, options);
    return (await this.read({ type: "get", key } as Command, options)) as Outcome<string | null>;
  }

  /** One of the nodes. @throws KontikiError that names them all when there is none of this name. */
  node(id: string): NodeHandle {
    return this.#nodes.handle("Cluster.node", id);
  }

  /**
   * The members as the leader knows them. Waits for a leader.
   *
   * @throws KontikiError when there is none in time, and at once when no node leads and no quorum can come: too few voters
   *   are left that are neither stopped nor given up.
   */
  async members(options?: WaitOptions): Promise<Members> {
    checkOptions("Cluster.members", WAIT_OPTIONS, options);
    const deadline = new Deadline("waiting for a leader", options);
    const look = (): Members | undefined => {
      const known = this.#supervisor.whoLeads() ?? leaderForChange(this.#supervisor, deadline);
      return known === undefined ? undefined : membersIn(known);
    };
    return deadline.wait(this.#supervisor.events, look);
  }

  /**
   * Adds a node, with several hosts on this one: starts it with an empty disk, lets it catch up as a learner, and then gives
   * it a vote (dissertation 4.2.1). Resolves when it votes, or when it is a learner if that was requested. With `replaces`
   * another node leaves in the same change, and its disk is removed.
   *
   * @param id the name of the new node, which no other node has.
   * @throws ChangeError when the node has not become what was requested in time, and at once when no quorum can come. Its
   *   `outcome` tells whether it may still happen; the message tells what is left of the node.
   * @throws KontikiError for a name or a change that is not possible; the signal's reason when it is aborted. Then too the node
   *   stays only if a leader may have taken it.
   */
  async addNode(id: string, options: AddNodeOptions = {}): Promise<void> {
    await this.#withOtherNodes(this.#running.members.add(id, options));
  }

  /**
   * Removes a node from the cluster and, when that is committed, its thread and its disk. The leader can be removed: it
   * leads until the change is committed (dissertation 4.2.2).
   *
   * @throws ChangeError when the change is not committed in time, and at once when no quorum can come. Its `outcome` tells
   *   whether it may still happen; it can be tried again.
   * @throws KontikiError for the only voter, and for an unknown name.
   */
  async removeNode(id: string, options: WaitOptions = {}): Promise<void> {
    await this.#withOtherNodes(this.#running.members.remove(id, options));
  }

  /**
   * Changes several members in one change, through a joint membership (§6, dissertation 4.3): in between, majorities of the
   * old and of the new voters decide. New nodes become voters at once, without catching up first, so until they have, more of
   * the others are needed.
   *
   * @throws ChangeError when the change is not committed in time, and at once when no quorum can come. Its `outcome` tells
   *   whether it may still happen; the message tells what is left of new nodes.
   * @throws KontikiError for a change that is not possible.
   */
  async changeMembers(change: MembersChange, options: WaitOptions = {}): Promise<void> {
    await this.#withOtherNodes(this.#running.members.change(change, options));
  }

  /**
   * Gives a learner a vote, as soon as it has caught up.
   *
   * @throws ChangeError when it has none in time, and at once when no quorum can come. Its `outcome` tells whether it may
   *   still get one.
   */
  async promote(id: string, options: WaitOptions = {}): Promise<void> {
    await this.#running.members.promote(id, options);
  }

  /**
   * Makes the leader hand over to another node (dissertation 3.10), at once and without an election timeout in between.
   *
   * @param id the node that should lead. Default: the voter whose log is closest to the leader's.
   * @returns the new leader.
   * @throws ChangeError when that node does not lead in time, and at once when no quorum can come. Its `outcome` tells
   *   whether it may still take over.
   * @throws KontikiError when that node has no vote, or does not run.
   */
  async transfer(id?: string, options?: WaitOptions): Promise<NodeId> {
    checkOptions("Cluster.transfer", WAIT_OPTIONS, options);
    const target = id === undefined ? undefined : this.#nodes.running("Cluster.transfer", id);
    const deadline = new Deadline("transferring the lead", options);
    return transferLead(this.#supervisor, target, deadline, this.#heartbeatMs);
  }

  /**
   * Stops all nodes gracefully, and ends all pending proposals and reads. Threads that have not ended by the deadline are
   * killed. Afterwards nothing of the cluster runs any more, and its data directory is unlocked. Can be called again.
   *
   * @throws KontikiError when a thread cannot even be killed, as when its disk stalls: the directory stays locked.
   *   StateMachineError, with `checks`, when a fault of the state machine was found, once everything is stopped.
   */
  async stop(options?: TimeoutOptions): Promise<void> {
    checkOptions("Cluster.stop", TIMEOUT_OPTIONS, options);
    this.#stopping ??= this.#running.end(options?.timeoutMs ?? STOP_MS);
    return this.#stopping;
  }

  /** After the change the client asks the nodes that are present then. */
  async #withOtherNodes(change: Promise<void>): Promise<void> {
    try {
      await change;
    } finally {
      this.#client.updateNodes();
    }
  }
}
