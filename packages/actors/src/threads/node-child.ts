import type { NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { Kept } from "../faults/crash-points.ts";
import type { NodeControl, NodeSpec } from "../mail/protocol.ts";
import type { ClusterEvent, NodeStatus } from "../mail/status.ts";
import { NodeCounters } from "../metrics/node-counters.ts";
import type { ActorThread, ThreadHandlers } from "../supervision/actor-thread.ts";
import { Child } from "../supervision/child.ts";
import { diskRefusal } from "./disk-refusal.ts";
import { NodeFaults } from "./node-faults.ts";
import type { NodeChildEvent, NodeHost, NodeLifeReport } from "./node-child-host.ts";
import { NodeReports, type KnownMembership } from "./node-reports.ts";
import { NodeThread, type PostedByNode } from "./thread.ts";

/** One node over all its lives: a child with a disk, from which each of its threads recovers. */
export class NodeChild extends Child<PostedByNode, NodeControl> {
  readonly id: NodeId;
  /** What all its threads have counted. */
  readonly counters = new NodeCounters();
  readonly #host: NodeHost;
  readonly #reports: NodeReports;
  /** Undefined where none can be injected. */
  readonly faults: NodeFaults | undefined;
  #uid: number;
  /** Why its present disk must not be used. */
  #disowned: string | undefined;

  /**
   * @param uid which disk the node has.
   * @param fault why that disk cannot be used; undefined if it can.
   */
  constructor(id: NodeId, uid: number, fault: string | undefined, host: NodeHost) {
    const { heapMiB } = host.spec;
    const onReport = (report: unknown, incarnation: number): void =>
      host.onEvent({ ...(report as NodeLifeReport), node: id, incarnation });
    super(id, { ...host, heapMiB, onReport }, fault);
    this.id = id;
    this.#uid = uid;
    this.#host = host;
    this.#reports = new NodeReports(id, host);
    this.faults = host.faults && new NodeFaults(host.faults);
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

  status(): NodeStatus {
    const { id, incarnation, uid, restarts, life } = this;
    const { raft, trouble, condition } = this.#reports;
    return { id, life, incarnation, restarts, raft, uid, trouble, condition };
  }

  /** Starts a thread, or reports that the node has no disk to start from. */
  startIfPossible(): void {
    const life = this.exactLife;
    if (life.type === "barred") this.#tell({ type: "failed", cause: life.why });
    else this.start();
  }

  /** Crashes as `crash` does, and its machine loses power. @throws KontikiError when there is no thread. */
  losePower(kept: Kept): void {
    this.crash(() => this.faults?.losePower(kept));
  }

  /** Ends the thread, and refuses starts until the node gets another disk: this one must not be used. */
  disown(why: string): void {
    this.#disowned = why;
    this.giveUp(why);
  }

  /**
   * Takes the disk from a stopped node, which cannot start until it gets another one.
   *
   * @param why it has none, for people.
   * @throws KontikiError when the node is not stopped.
   */
  takeDisk(why: string): void {
    this.#checkDiskFree();
    this.on({ type: "barred", why });
  }

  /** Gives an empty disk to a node whose disk was taken. */
  giveDisk(uid: number): void {
    this.#uid = uid;
    if (this.#disowned !== undefined) this.relent(this.#disowned);
    this.#disowned = undefined;
    this.#reports.onDiskReplaced();
    this.faults?.forgetDisk();
    this.on({ type: "unbarred" });
  }

  /**
   * Exchanges disks with another node, as if a cable went into the wrong machine. Each keeps its name and number, so neither
   * can use the disk that it gets.
   *
   * @throws KontikiError when one of them is not stopped and has not failed.
   */
  swapDiskWith(other: NodeChild): void {
    this.#checkDiskFree();
    other.#checkDiskFree();
    this.#reports.swapDiskWith(other.#reports);
    this.#host.onLife();
    other.#host.onLife();
  }

  #checkDiskFree(): void {
    const refuses = this.refuses === this.#disowned ? undefined : this.refuses;
    const refused = refuses ?? diskRefusal(this.id, this.exactLife);
    if (refused !== undefined) throw new KontikiError(refused);
  }

  protected override open(
    incarnation: number,
    handlers: ThreadHandlers<PostedByNode>,
  ): ActorThread<PostedByNode, NodeControl> {
    const { id, uid } = this;
    const { disk } = this.#reports;
    const { shared: counters } = this.counters;
    const faults = this.faults?.memory;
    const spec = { ...this.#host.spec, id, uid, incarnation, counters, disk, faults };
    return new NodeThread(spec, this.#host.mail, handlers);
  }

  protected override onReady(message: PostedByNode): void {
    if (message.type === "ready") this.#tell({ type: "started", tornBytes: message.tornBytes });
  }

  protected override onPosted(message: PostedByNode): void {
    switch (message.type) {
      case "ready":
      case "unusable":
      case "paused":
        return;
      case "atPoint":
        this.faults?.atPoint(message.kept);
        return this.killOnRequest(`killed on request at the point ${message.point}`);
      default:
        this.#reports.take(message, this.incarnation);
        // Faults are injected into the files of a disk in memory from the program's thread.
        if (message.type === "disk" && this.faults !== undefined) this.#host.onLife();
    }
  }

  protected override onEnded(): string | undefined {
    this.#reports.onThreadEnded();
    return this.faults?.threadEnded(this.#reports.disk);
  }

  #tell(event: NodeChildEvent): void {
    this.#host.onEvent({ ...event, node: this.id, incarnation: this.incarnation } as ClusterEvent);
  }
}
