import type { NodeId } from "@kontiki/core";
import type { RemoteChild } from "../program/remote-child.ts";
import { checkSpareDisk } from "./spare-disk.ts";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import type { Control } from "../supervision/control.ts";
import { KontikiError } from "../errors.ts";
import { decode } from "../bytes/codec.ts";
import type { EncodedLogLine, LogLine, NodeControl } from "../mail/protocol.ts";
import type { NodeStatus } from "../mail/status.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { countArguments } from "../options/argument-count.ts";
import { whole } from "../options/rules.ts";
import { checkOptions, type Schema } from "../options/schema.ts";
import {
  TIMEOUT_OPTIONS,
  WAIT_OPTIONS,
  waitFor,
  type TimeoutOptions,
  type WaitOptions,
} from "./deadline.ts";

/** Which part of a log. */
export type LogOptions = {
  /** The first index, 1 or more. Default 1. */
  readonly from?: number | undefined;
  /** How many entries at most. Default 1,000. */
  readonly max?: number | undefined;
};

const LOG_OPTIONS: Schema<LogOptions> = { from: whole(1), max: whole(0) };

/** How long a control call may take, in ms: longer than the longest turn. */
const CALL_MS = 10_000;

/** The default time limit for a snapshot, in ms: a large state takes long. */
const SNAPSHOT_MS = 60_000;

/** How long a graceful stop of one node may take before its thread is killed, in ms. */
const STOP_MS = 5_000;

/** One node of a running cluster. */
export class NodeHandle {
  /** The name of the node. */
  readonly id: NodeId;
  readonly #child: RemoteChild;
  readonly #supervisor: RemoteSupervisor;
  readonly #disks: ClusterDisks;

  static {
    countArguments<NodeHandle>(
      NodeHandle.prototype,
      { where: "NodeHandle" },
      {
        rejects: {
          crash: 0,
          stop: 0,
          pause: 1,
          start: 1,
          wipe: 1,
          snapshot: 1,
          compact: 0,
          log: 1,
          digest: 0,
        },
        throws: { status: 0, resume: 0 },
      },
    );
  }

  /**
   * Handles come from {@link Cluster.node}.
   *
   * @hidden
   */
  constructor(child: RemoteChild, supervisor: RemoteSupervisor, disks: ClusterDisks) {
    this.id = child.id;
    this.#child = child;
    this.#supervisor = supervisor;
    this.#disks = disks;
  }

  /** The last known status of the node. Does not ask the node. */
  status(): NodeStatus {
    return this.#child.status();
  }

  /**
   * Kills the node's thread without warning, and waits until it is gone. It recovers from its disk as after any crash,
   * but the crash does not count against the restart intensity.
   *
   * @throws KontikiError when it has no thread.
   */
  async crash(): Promise<void> {
    await this.#child.crash();
    // The thread that was killed: the program may have known an earlier one before.
    const { incarnation } = this.#child;
    await this.#until(
      "crash",
      () => !this.#child.hasThread || this.#child.incarnation > incarnation,
    );
  }

  /** Stops the node gracefully, and waits until its thread is gone. A node without a thread stays down. */
  async stop(): Promise<void> {
    await this.#child.stop(STOP_MS);
    await this.#until("stop", () => !this.#child.hasThread);
  }

  /**
   * Makes the node's thread stand still between two of its turns, like a process that gets no processor time, and waits
   * until it does. Meanwhile its mailbox fills and its timers fire late. It continues after {@link resume}, or to be
   * stopped.
   *
   * @throws KontikiError when it does not run, or is too busy to stand still in time.
   */
  async pause(options: WaitOptions = {}): Promise<void> {
    checkOptions("NodeHandle.pause", WAIT_OPTIONS, options);
    await this.#child.pause();
    const { incarnation } = this.#child;
    const look = (): boolean => {
      const { life } = this.#child.status();
      if (life.type !== "running" || this.#child.incarnation !== incarnation)
        throw new KontikiError(`${this.id} is ${life.type} and cannot be paused`);
      return this.#child.isPaused;
    };
    await this.#until("pause", look, options);
  }

  /**
   * Lets a paused node continue, soon after the call. What is asked of the node after it is done after it. Does nothing to a
   * node that is not paused.
   */
  resume(): void {
    // Refused only when the supervisor's thread has ended, which is reported anyway.
    this.#child.resume().catch(() => {});
  }

  /**
   * Starts a node that was stopped or has failed, and waits until it has recovered its state.
   *
   * @throws KontikiError when it is running already, or cannot start.
   */
  async start(options: WaitOptions = {}): Promise<void> {
    checkOptions("NodeHandle.start", WAIT_OPTIONS, options);
    await this.#child.start();
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
   * Stops the node, gives it an empty disk, and starts it again, as when a disk is replaced. It has forgotten its
   * promises, so the cluster automatically takes its vote away and gives it back when it has caught up. Waits until it
   * is a voter again; if it was no voter before, until its thread has started.
   *
   * The old disk is removed, but kept if the node had failed or its disk held damaged files: in a data directory as
   * `<node>.damaged-<number>`.
   *
   * A change of members that is under way is waited for.
   *
   * @throws KontikiError when the voters without it are not a majority that runs and holds all acknowledged commands, not
   * counting those that are being wiped or removed, or whose disks are damaged, as far as they are here, or when it cannot be
   * stopped, wiped or started, or does not get its vote back in time. A node whose disk was not wiped completely cannot be
   * started until it is wiped again.
   */
  async wipe(options: WaitOptions = {}): Promise<void> {
    checkOptions("NodeHandle.wipe", WAIT_OPTIONS, options);
    const votes = this.#isVoter();
    const wipe = this.#child.wipes.begin();
    try {
      await checkSpareDisk(this.#child, wipe, this.#supervisor, this.#disks, options);
      await this.#replaceDisk();
      await this.start(options);
    } finally {
      wipe.end();
    }
    if (votes) await this.#untilItVotes(options);
  }

  async #replaceDisk(): Promise<void> {
    const keepsOld = !isSound(this.#child.status());
    const above = this.#supervisor.leaderMembership()?.membership.lastUid ?? 0;
    await this.stop();
    await this.#child.wipes.replaceDisk(() => {
      this.#supervisor.checkRunning();
      return this.#disks.wipeNode(this.id, keepsOld, above).uid;
    });
  }

  /** A wiped voter gets its vote back when it has caught up and the cluster has added it again. */
  async #untilItVotes(options: WaitOptions): Promise<void> {
    const look = (): boolean => {
      const { life, raft } = this.#child.status();
      if (life.type === "failed" || life.type === "stopped")
        throw new KontikiError(`${this.id} is ${life.type} and does not vote yet`);
      const loss = this.#supervisor.quorumLoss();
      if (loss !== undefined) throw new KontikiError(`${this.id} does not vote yet: ${loss}`);
      // The leader may report it later than the node itself.
      return raft?.votes === true && this.#isVoter();
    };
    await this.#until("return", look, options);
  }

  /**
   * Makes the node take a snapshot of everything that it has applied, and compact its log. Resolves when the snapshot
   * is durable.
   *
   * @returns the index of its last entry and its size in bytes.
   * @throws KontikiError when the node does not run, has applied nothing, or does not answer in time (`timeoutMs`).
   */
  async snapshot(
    options: TimeoutOptions = {},
  ): Promise<{ readonly index: number; readonly size: number }> {
    checkOptions("NodeHandle.snapshot", TIMEOUT_OPTIONS, options);
    const { timeoutMs = SNAPSHOT_MS } = options;
    return this.#control().call("snapshot", timeoutMs, (node) => node.snapshot());
  }

  /**
   * Makes the node compact its log up to its newest snapshot, including the entries kept for followers that are
   * slightly behind.
   *
   * @returns the first index that is left.
   * @throws KontikiError when the node does not run or does not answer in time.
   */
  async compact(): Promise<{ readonly first: number }> {
    return this.#control().call("compaction", CALL_MS, (node) => node.compact());
  }

  /**
   * Entries of the node's log, committed or not. Commands that share an entry have a line each, with the same index.
   *
   * @param options `from`: the first index, 1 or more; `max`: about how many lines, 1,000 by default: there are more only
   *   if the last entry has more than one. The next page begins after the index of the last line.
   * @throws KontikiError when the node does not run or does not answer in time.
   */
  async log(options: LogOptions = {}): Promise<readonly LogLine[]> {
    checkOptions("NodeHandle.log", LOG_OPTIONS, options);
    const { from = 1, max = 1000 } = options;
    const lines = await this.#control().call("log", CALL_MS, (node) => node.log(from, max));
    return lines.map(decodedLine);
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

  #isVoter(): boolean {
    return this.#supervisor.leaderMembership()?.membership.voters.includes(this.id) === true;
  }

  #control(): Control<NodeControl> {
    const { control } = this.#child;
    const { life } = this.#child.status();
    if (control === undefined || life.type !== "running") {
      throw new KontikiError(`${this.id} does not run: it is ${life.type}`);
    }
    return control;
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

/** Whether nothing is known to be wrong with a node's disk. */
function isSound({ life, raft, trouble }: NodeStatus): boolean {
  return life.type !== "failed" && trouble === undefined && raft?.repairing !== true;
}

function decodedLine(line: EncodedLogLine): LogLine {
  if (line.type !== "command") return line;
  const { payload, ...rest } = line;
  return { ...rest, command: payload.length === 0 ? undefined : decode(payload) };
}
