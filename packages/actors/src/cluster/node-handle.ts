import { majority, type NodeId } from "@kontiki/core";
import type { Child } from "../threads/child.ts";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import type { Control } from "../threads/control.ts";
import { KontikiError } from "../errors.ts";
import type { LogLine } from "../mail/protocol.ts";
import type { NodeStatus } from "../mail/status.ts";
import type { Supervisor } from "../threads/supervisor.ts";
import { waitFor, type WaitOptions } from "./waiting.ts";

/** How long a control call may take, in ms: longer than the longest turn. */
const CALL_MS = 10_000;

/** How long a snapshot may take unless told otherwise, in ms: a large state takes its time. */
const SNAPSHOT_MS = 60_000;

/** How long an orderly stop of one node may take before its thread is killed, in ms. */
const STOP_MS = 5_000;

/** One node of a running cluster. */
export class NodeHandle {
  /** The name of the node. */
  readonly id: NodeId;
  readonly #child: Child;
  readonly #supervisor: Supervisor;
  readonly #disks: ClusterDisks;

  /**
   * Handles come from {@link Cluster.node}.
   *
   * @hidden
   */
  constructor(child: Child, supervisor: Supervisor, disks: ClusterDisks) {
    this.id = child.id;
    this.#child = child;
    this.#supervisor = supervisor;
    this.#disks = disks;
  }

  /** The node as it was last heard of. Asks nobody. */
  status(): NodeStatus {
    return this.#child.status();
  }

  /**
   * Kills the node's thread without warning, and waits until it is gone. It comes back from its disk as after any
   * crash, but the crash does not count against the restart intensity.
   *
   * @throws KontikiError when it has no thread.
   */
  async crash(): Promise<void> {
    const { incarnation } = this.#child;
    this.#child.crash();
    await this.#until(
      "crash",
      () => this.#child.thread === undefined || this.#child.incarnation > incarnation,
    );
  }

  /** Stops the node in order, and waits until its thread is gone. A node that has none stays down. */
  async stop(): Promise<void> {
    this.#child.stop(STOP_MS);
    await this.#until("stop", () => this.#child.thread === undefined);
  }

  /**
   * Has the node's thread stand still between two of its turns, as a process does that gets no processor, and waits until
   * it does. Its mailbox fills meanwhile and its timers run out late. It goes on with {@link resume}, and to be stopped.
   *
   * @throws KontikiError when it does not run, or is so busy that it does not stand in time.
   */
  async pause(options: WaitOptions = {}): Promise<void> {
    this.#child.pause();
    const { incarnation } = this.#child;
    const look = (): boolean => {
      const { life } = this.#child.status();
      if (life.type !== "running" || this.#child.incarnation !== incarnation)
        throw new KontikiError(`${this.id} is ${life.type} and does not stand still`);
      return this.#child.isPaused;
    };
    await this.#until("pause", look, options);
  }

  /** Lets a node go on that was paused. Nothing happens to one that was not. */
  resume(): void {
    this.#child.resume();
  }

  /**
   * Starts a node that was stopped or has failed, and waits until it has recovered its state.
   *
   * @throws KontikiError when it runs already, or cannot start.
   */
  async start(options: WaitOptions = {}): Promise<void> {
    this.#child.start();
    const { incarnation } = this.#child;
    await this.#until(
      "start",
      () => {
        const { life } = this.#child.status();
        if (life.type === "failed")
          throw new KontikiError(`${this.id} cannot start: ${life.cause}`);
        if (life.type === "stopped")
          throw new KontikiError(`${this.id} was stopped while it was starting`);
        return life.type === "running" && this.#child.incarnation >= incarnation;
      },
      options,
    );
  }

  /**
   * Stops the node, gives it an empty disk, and starts it again: what happens when a disk is replaced. It has forgotten
   * what it promised, so the cluster takes its vote away and gives it back when it has caught up, all by itself. Waits
   * until it has it back; until its thread has begun, if it had none.
   *
   * @throws KontikiError when the voters without it are no majority that runs and holds what was acknowledged, or when it
   *   cannot be stopped, emptied or started, or does not vote again in time. A node whose disk was not emptied to the end starts no more before it is wiped again.
   */
  async wipe(options: WaitOptions = {}): Promise<void> {
    this.#checkSpare();
    const votes = this.#isVoter();
    await this.stop();
    this.#supervisor.checkRunning();
    this.#child.replaceDisk(() => this.#disks.wipeNode(this.id).uid);
    await this.start(options);
    if (votes) await this.#untilItVotes(options);
  }

  /** A voter whose disk was wiped has its vote back when it has caught up, and the cluster has taken it in again. */
  async #untilItVotes(options: WaitOptions): Promise<void> {
    const look = (): boolean => {
      const { life, raft } = this.#child.status();
      if (life.type === "failed" || life.type === "stopped")
        throw new KontikiError(`${this.id} is ${life.type} and does not vote yet`);
      // The leader may tell later than the node itself.
      return raft?.votes === true && this.#isVoter();
    };
    await this.#until("return", look, options);
  }

  /**
   * Has the node take a snapshot of all that it has applied, and compact its log. Resolves when the snapshot is durable.
   *
   * @returns the index of its last entry and its size in bytes.
   * @throws KontikiError when the node does not run, has applied nothing, or does not answer in time (`timeoutMs`).
   */
  async snapshot(
    options: WaitOptions = {},
  ): Promise<{ readonly index: number; readonly size: number }> {
    const { timeoutMs = SNAPSHOT_MS } = options;
    return this.#control().call("snapshot", timeoutMs, (node) => node.snapshot());
  }

  /**
   * Has the node drop its log up to its newest snapshot, entries kept for followers that are a little behind included.
   *
   * @returns the first index that is left.
   * @throws KontikiError when the node does not run or does not answer in time.
   */
  async compact(): Promise<{ readonly first: number }> {
    return this.#control().call("compaction", CALL_MS, (node) => node.compact());
  }

  /**
   * Entries of the node's log, committed or not.
   *
   * @param options `from` which index, from 1, and at most how many (`max`, 1,000 when left out).
   * @throws KontikiError when the node does not run or does not answer in time.
   */
  async log(
    options: { readonly from?: number; readonly max?: number } = {},
  ): Promise<readonly LogLine[]> {
    const { from = 1, max = 1000 } = options;
    return this.#control().call("log", CALL_MS, (node) => node.log(from, max));
  }

  /** SHA-256 of the state machine's state in hex, and the index of the last entry applied to it. */
  async digest(): Promise<{ readonly applied: number; readonly sha256: string }> {
    return this.#control().call("digest", CALL_MS, (node) => node.digest());
  }

  /** The name of the node. @throws KontikiError when it does not run. @hidden */
  get runningId(): NodeId {
    this.#control();
    return this.id;
  }

  /**
   * What was acknowledged is on a majority of the voters' disks, and only a majority takes a wiped node back. So the
   * others must be one without it: those that run, have their vote, and whose log is whole.
   */
  #checkSpare(): void {
    const known = this.#supervisor.leaderMembership();
    const voters = known?.membership.voters ?? this.#supervisor.children.map(({ id }) => id);
    if (!voters.includes(this.id)) return;
    if (voters.length === 1)
      throw new KontikiError(
        `${this.id} is the only voter: with its disk everything would be lost`,
      );
    const others = this.#supervisor.children.filter(({ id }) => id !== this.id);
    const whole = others.map((child) => child.status()).filter(isWhole);
    const needed = majority(voters.length);
    const spare = whole.filter(({ id }) => voters.includes(id)).length;
    if (spare < needed)
      throw new KontikiError(
        `without the disk of ${this.id} only ${spare} of ${voters.length} voters would hold what was acknowledged, ` +
          `and ${needed} must: wait until the others run and vote, or add a node first`,
      );
  }

  #isVoter(): boolean {
    return this.#supervisor.leaderMembership()?.membership.voters.includes(this.id) === true;
  }

  #control(): Control {
    const { thread } = this.#child;
    const { life } = this.#child.status();
    if (thread === undefined || life.type !== "running") {
      throw new KontikiError(`${this.id} does not run: it is ${life.type}`);
    }
    return thread.control;
  }

  async #until(what: string, holds: () => boolean, options: WaitOptions = {}): Promise<void> {
    await waitFor(
      this.#supervisor.events,
      `${what} of ${this.id}`,
      () => holds() || undefined,
      options,
    );
  }
}

/** Whether a node runs, has its vote, and lacks nothing of what it promised to hold. */
function isWhole({ life, raft, trouble }: NodeStatus): boolean {
  return (
    life.type === "running" && trouble === undefined && raft?.votes === true && !raft.repairing
  );
}
