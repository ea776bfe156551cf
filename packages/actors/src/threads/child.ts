import type { NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { Kept } from "../faults/crash-points.ts";
import type { FromNode, NodeSpec } from "../mail/protocol.ts";
import { NodeFaults } from "./node-faults.ts";
import type { ClusterEvent, NodeStatus } from "../mail/status.ts";
import { causeOf } from "./cause.ts";
import type { ChildEvent, ChildHost } from "./child-host.ts";
import { refusal, type Request } from "./life-refusals.ts";
import {
  isPaused,
  isPausing,
  lifeAsSeen,
  nextLife,
  type LifeEvent,
  type NodeLife,
} from "./life.ts";
import { NodeCounters } from "../metrics/node-counters.ts";
import { NodeReports, type KnownMembership } from "./node-reports.ts";
import { Restarts } from "./restarts.ts";
import { NodeThread } from "./thread.ts";

/**
 * One node over all its lives: starts its thread, notices when it ends, and starts it again from its disk (one for one).
 *
 * It only wires: which life follows which is `life.ts`, what is refused in which life is `life-refusals.ts`, and when to
 * restart is `restart-policy.ts`.
 */
export class Child {
  readonly id: NodeId;
  /** What all its threads have counted. */
  readonly counters = new NodeCounters();
  readonly #host: ChildHost;
  readonly #restarts: Restarts;
  readonly #reports: NodeReports;
  /** Undefined where none can be injected. */
  readonly faults: NodeFaults | undefined;
  #uid: number;
  #life: NodeLife;
  #thread: NodeThread | undefined;
  #incarnation = 0;
  #refuses: string | undefined;

  /**
   * @param uid which disk the node has.
   * @param fault why that disk cannot be used; undefined if it can.
   */
  constructor(id: NodeId, uid: number, fault: string | undefined, host: ChildHost) {
    this.id = id;
    this.#uid = uid;
    this.#host = host;
    this.#life = fault === undefined ? { type: "stopped" } : { type: "diskless", why: fault };
    this.#restarts = new Restarts(host.policy, () => this.#spawn());
    this.#reports = new NodeReports(id, host);
    this.faults = host.faults ? new NodeFaults() : undefined;
  }

  /** The thread, while there is one. */
  get thread(): NodeThread | undefined {
    return this.#thread;
  }

  get incarnation(): number {
    return this.#incarnation;
  }

  /** Which disk it has. */
  get uid(): number {
    return this.#uid;
  }

  /** The membership that its thread last reported; undefined before it has reported one. */
  get membership(): KnownMembership | undefined {
    return this.#reports.membership;
  }

  /** Its disk: the folder, or the files in memory. */
  get disk(): NodeSpec["disk"] {
    return this.#reports.disk;
  }

  /** Whether its thread pauses now. */
  get isPaused(): boolean {
    return isPaused(this.#life);
  }

  status(): NodeStatus {
    const { id, incarnation, uid } = this;
    const { raft, trouble, condition } = this.#reports;
    const restarts = this.#restarts.count;
    const life = lifeAsSeen(this.#life);
    return { id, life, incarnation, restarts, raft, uid, trouble, condition };
  }

  /** Starts a thread, and forgets all earlier crashes. @throws KontikiError when the node cannot be started. */
  start(): void {
    this.#check("start");
    this.#restarts.reset();
    this.#spawn();
  }

  /** Starts a thread, or reports that the node has no disk to start from. */
  startIfPossible(): void {
    const life = this.#life;
    if (life.type === "diskless") this.#tell({ type: "failed", cause: life.why });
    else this.start();
  }

  /**
   * Kills the thread without warning; it is restarted as after any crash. With `kept` its machine loses power too.
   *
   * @throws KontikiError when there is none.
   */
  crash(kept?: Kept): void {
    this.#check("crash");
    if (kept !== undefined) this.faults?.losePower(kept);
    this.#on({ type: "crashRequested" });
    this.#thread?.kill("killed on request");
  }

  /** Pauses the thread. @throws KontikiError if it does not run. */
  pause(): void {
    this.#check("pause");
    if (this.#thread === undefined || isPausing(this.#life)) return;
    this.#on({ type: "pauseRequested", number: this.#thread.pause() });
  }

  /** Lets the thread continue. Does nothing to one that is not paused. */
  resume(): void {
    this.#on({ type: "resumed" });
    this.#thread?.resume();
  }

  /** Stops the thread gracefully, or kills it after `deadlineMs`. A node that is about to restart no longer does. */
  stop(deadlineMs: number): void {
    this.#end({ type: "stopRequested" }, deadlineMs);
  }

  /** Stops the node as `stop` does, and permanently: it refuses later starts and crashes with this reason. */
  close(deadlineMs: number, why: string): void {
    this.#end({ type: "closeRequested", why }, deadlineMs);
  }

  /** Refuses starts, crashes and new disks from now on, with this reason: the node is about to be closed. */
  refuse(why: string): void {
    this.#refuses = why;
  }

  /** Ends the thread and gives the node up: its disk cannot be used. Later starts are refused with this reason. */
  giveUp(why: string): void {
    this.#refuses = why;
    this.#restarts.cancel();
    if (this.#thread === undefined) return this.#end({ type: "closeRequested", why }, 0);
    this.#on({ type: "foundUnusable", why });
    this.#thread.kill(why);
  }

  /**
   * Takes the disk from a stopped node, which cannot start until it gets another one.
   *
   * @param why it has none, for people.
   * @throws KontikiError when the node is not stopped.
   */
  takeDisk(why: string): void {
    this.#check("replaceDisk");
    this.#on({ type: "diskLost", why });
  }

  /** Gives an empty disk to a node whose disk was taken. */
  giveDisk(uid: number): void {
    this.#uid = uid;
    this.#reports.onDiskReplaced();
    this.faults?.forgetDisk();
    this.#on({ type: "diskReplaced" });
  }

  /**
   * Exchanges disks with another node, as if a cable went into the wrong machine. Each keeps its name and number, so neither
   * can use the disk that it gets.
   *
   * @throws KontikiError when one of them is not stopped and has not failed.
   */
  swapDiskWith(other: Child): void {
    this.#check("replaceDisk");
    other.#check("replaceDisk");
    this.#reports.swapDiskWith(other.#reports);
    this.#host.onLife();
    other.#host.onLife();
  }

  #check(request: Request): void {
    const own = request === "pause" ? undefined : this.#refuses;
    const why = own ?? refusal(request, this.id, this.#life);
    if (why !== undefined) throw new KontikiError(why);
  }

  #on(event: LifeEvent): void {
    this.#life = nextLife(this.#life, event);
    this.#host.onLife();
  }

  #spawn(): void {
    this.#incarnation += 1;
    this.#on({ type: "spawned" });
    const { id, uid, incarnation } = this;
    const { disk } = this.#reports;
    const { shared: counters } = this.counters;
    const faults = this.faults?.spec;
    const spec = { ...this.#host.spec, id, uid, incarnation, counters, disk, faults };
    try {
      const thread = new NodeThread(spec, this.#host.mail, {
        onMessage: (message) => this.#onMessage(thread, message),
        onMailReport: (report) => this.#host.onMailReport(report),
        onExit: (cause) => this.#onExit(cause),
      });
      this.#thread = thread;
      this.#host.onLife();
    } catch (error) {
      // Node has no descriptors or memory for a thread, or may start none. That is a crash like any other.
      this.#onExit(causeOf(error, spec.heapMiB));
    }
  }

  #end(request: LifeEvent, deadlineMs: number): void {
    this.#restarts.cancel();
    const { type } = lifeAsSeen(this.#life);
    this.#on(request);
    if (this.#thread === undefined) {
      if (type !== lifeAsSeen(this.#life).type) this.#tell({ type: "stopped" });
    } else if (type === "starting") this.#thread.kill("stopped while it was starting");
    else this.#thread.stop(deadlineMs);
  }

  #onMessage(thread: NodeThread, message: FromNode): void {
    switch (message.type) {
      case "ready":
        // Before it is seen to run: then it can be asked.
        this.#host.onUp(this.#incarnation, thread);
        this.#on({ type: "ready" });
        return this.#tell({ type: "started", tornBytes: message.tornBytes });
      case "unusable":
        return this.#on({ type: "foundUnusable", why: message.message });
      case "atPoint":
        this.#on({ type: "crashRequested" });
        this.faults?.atPoint();
        return thread.kill(`killed on request at the point ${message.point}`);
      case "paused":
        this.#on({ type: "pauseBegun", number: message.pause });
        if (this.isPaused) this.#host.onPaused();
        return;
      default:
        this.#reports.take(message, this.#incarnation);
        // Faults are injected into the files of a disk in memory from the program's thread.
        if (message.type === "disk" && this.faults !== undefined) this.#host.onLife();
    }
  }

  #onExit(cause = "the thread ended without being asked to"): void {
    this.#thread = undefined;
    this.#reports.onThreadEnded();
    const lost = this.faults?.threadEnded(this.#reports.disk);
    this.#host.onDown(this.#incarnation);
    const life = this.#life;
    if (life.type === "stopping") {
      this.#on({ type: "stopped" });
      this.#tell({ type: "stopped" });
    } else if (life.type === "unusable") {
      this.#on({ type: "gaveUp", cause: life.why });
      this.#tell({ type: "failed", cause: life.why });
    } else
      this.#onCrash(lost === undefined ? cause : `${cause}; ${lost}`, life.type === "crashing");
  }

  /** The next life is set before the crash is reported: a listener may stop the node, or start it. */
  #onCrash(cause: string, asked: boolean): void {
    const { crashes, restartInMs, giveUp } = this.#restarts.onCrash(cause, asked);
    this.#on(giveUp === undefined ? { type: "crashed", cause } : { type: "gaveUp", cause: giveUp });
    this.#tell({ type: "crashed", cause, asked, crashes, restartInMs });
    if (giveUp !== undefined) this.#tell({ type: "failed", cause: giveUp });
  }

  #tell(event: ChildEvent): void {
    this.#host.onEvent({ ...event, node: this.id, incarnation: this.#incarnation } as ClusterEvent);
  }
}
