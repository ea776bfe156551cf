import { performance } from "node:perf_hooks";
import { assert, type Index, type Membership, type NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import { withChange, type MemoryFile } from "../storage/disk/memory-disk.ts";
import type { FromNode, NodeSpec } from "../mail/protocol.ts";
import { decideRestart, type RestartPolicy } from "./restart-policy.ts";
import type { ClusterEvent, Life, NodeStatus, RaftStatus } from "../mail/status.ts";
import { NodeThread } from "./thread.ts";

/** What the owner of a child gives it, and wants to hear. */
export type ChildHost = {
  readonly policy: RestartPolicy;
  /** What a thread is started with, but for what the child knows itself. `path` is undefined for a disk in memory. */
  readonly spec: Omit<NodeSpec, "id" | "uid" | "incarnation" | "disk">;
  readonly path: string | undefined;
  readonly onEvent: (event: ClusterEvent) => void;
  /** A thread takes mail from now on. */
  readonly onUp: (child: Child, thread: NodeThread) => void;
  /** A thread is gone. */
  readonly onDown: (child: Child) => void;
  /** A thread takes no part for now, although it runs: its disk fails, or its log is damaged. */
  readonly onTrouble: (child: Child) => void;
  /** Its thread stands still, as it was asked to. */
  readonly onPaused: (child: Child) => void;
  /** It knows another membership than before. */
  readonly onMembership: (child: Child) => void;
  /** Part of a turn is over. `before` is what the node's thread had said of itself until then, if anything. */
  readonly onTurn: (
    child: Child,
    turn: FromNode & { readonly type: "turn" },
    before: RaftStatus | undefined,
  ) => void;
};

/** The membership that a node goes by, and the entry from which on it is in force; 0 for the first one. */
export type KnownMembership = {
  readonly index: Index;
  readonly membership: Membership;
  readonly committed: boolean;
};

/** One node over all its lives: starts its thread, sees it die, and starts it again from its disk (one for one). */
export class Child {
  readonly id: NodeId;
  readonly #host: ChildHost;
  #uid: number;
  #life: Life = { type: "stopped" };
  #thread: NodeThread | undefined;
  #incarnation = 0;
  #restarts = 0;
  #raft: RaftStatus | undefined;
  #membership: KnownMembership | undefined;
  #trouble: string | undefined;
  #files: readonly MemoryFile[] = [];
  #crashTimes: number[] = [];
  #asked: "crash" | "stop" | undefined;
  /** The pause that its thread is asked to make, and whether it has begun. */
  #pause: { readonly number: number; readonly stands: boolean } | undefined;
  #unusable: string | undefined;
  #restart: NodeJS.Timeout | undefined;
  /** Why it has no disk that it could be started with. */
  #diskless: string | undefined;
  /** Why it is neither started nor crashed any more. */
  #closed: string | undefined;

  /** @param uid which disk it has. */
  constructor(id: NodeId, uid: number, host: ChildHost) {
    this.id = id;
    this.#uid = uid;
    this.#host = host;
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

  /** The membership that it last said it goes by; undefined while no thread has said anything. */
  get membership(): KnownMembership | undefined {
    return this.#membership;
  }

  /** Whether its thread stands still. */
  get stands(): boolean {
    return this.#pause?.stands === true;
  }

  status(): NodeStatus {
    return {
      id: this.id,
      life: this.#life,
      incarnation: this.#incarnation,
      restarts: this.#restarts,
      raft: this.#raft,
      uid: this.#uid,
      trouble: this.#trouble,
    };
  }

  /** Starts the thread of a node that has none, with a clean slate of crashes. @throws KontikiError if it has one. */
  start(): void {
    this.#checkOpen();
    const { type } = this.#life;
    if (type === "starting" || type === "running")
      throw new KontikiError(`${this.id} runs already`);
    if (this.#diskless !== undefined)
      throw new KontikiError(`${this.id} cannot start: ${this.#diskless}`);
    clearTimeout(this.#restart);
    this.#crashTimes = [];
    this.#spawn();
  }

  /** Kills the thread without warning; it comes back as after any crash. @throws KontikiError if there is none. */
  crash(): void {
    this.#checkOpen();
    if (this.#thread === undefined)
      throw new KontikiError(`${this.id} has no thread to crash: it is ${this.#life.type}`);
    if (this.#asked === "stop") throw new KontikiError(`${this.id} is being stopped`);
    this.#asked = "crash";
    this.#thread.kill("killed on request");
  }

  /** Has the thread stand still. @throws KontikiError if it does not run. */
  pause(): void {
    if (this.#thread === undefined || this.#life.type !== "running" || this.#asked !== undefined)
      throw new KontikiError(`${this.id} has no thread to pause: it is ${this.#life.type}`);
    this.#pause ??= { number: this.#thread.pause(), stands: false };
  }

  /** Lets the thread go on. Nothing happens to one that does not stand. */
  resume(): void {
    this.#pause = undefined;
    this.#thread?.resume();
  }

  /** Stops the thread in order, or kills it when `deadlineMs` passes. A node that is about to restart will not. */
  stop(deadlineMs: number): void {
    clearTimeout(this.#restart);
    const thread = this.#thread;
    if (thread === undefined) {
      if (this.#life.type !== "stopped") this.#endInOrder();
      return;
    }
    this.#asked = "stop";
    // One that stands still does nothing in order.
    this.resume();
    if (this.#life.type === "starting") return thread.kill("stopped while it was starting");
    thread.control
      .call("stop", deadlineMs, (node) => node.stop())
      .catch(() => thread.kill(`it did not stop within ${deadlineMs} ms`));
  }

  /** From the next start on it has another disk, which is empty. Its thread must have ended. */
  takeEmptyDisk(uid: number): void {
    assert(this.#thread === undefined, "a disk is taken away from a node that does not run");
    this.#uid = uid;
    this.#files = [];
    this.#diskless = undefined;
  }

  /** Its disk cannot be used, for this reason, until it gets another. */
  loseDisk(why: string): void {
    this.#diskless = why;
  }

  /** Stops it as `stop` does, for good: it is neither started nor crashed any more, for this reason. */
  close(deadlineMs: number, why: string): void {
    this.#closed ??= why;
    this.stop(deadlineMs);
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw new KontikiError(this.#closed);
  }

  #spawn(): void {
    this.#incarnation += 1;
    this.#asked = undefined;
    this.#unusable = undefined;
    this.#life = { type: "starting" };
    const { path, spec } = this.#host;
    const disk =
      path === undefined
        ? ({ type: "memory", files: this.#files } as const)
        : ({ type: "file", path } as const);
    const thread = new NodeThread(
      { ...spec, id: this.id, uid: this.#uid, incarnation: this.#incarnation, disk },
      {
        onMessage: (message) => this.#onMessage(thread, message),
        onExit: (cause) => this.#onExit(cause),
      },
    );
    this.#thread = thread;
  }

  #onMessage(thread: NodeThread, message: FromNode): void {
    switch (message.type) {
      case "ready":
        this.#life = { type: "running" };
        this.#host.onUp(this, thread);
        return this.#tell({ type: "started", tornBytes: message.tornBytes });
      case "unusable":
        this.#unusable = message.message;
        return;
      case "disk":
        this.#files = withChange(this.#files, message.change);
        return;
      case "membership": {
        const { index, membership, committed } = message;
        this.#membership = { index, membership, committed };
        return this.#host.onMembership(this);
      }
      case "paused":
        if (message.pause !== this.#pause?.number) return;
        this.#pause = { number: message.pause, stands: true };
        return this.#host.onPaused(this);
      case "trouble":
        return this.#onTrouble(message.what);
      case "turn": {
        const before = this.#raft;
        this.#raft = message.raft ?? before;
        return this.#host.onTurn(this, message, before);
      }
      default:
        return message satisfies never;
    }
  }

  #onTrouble(what: string | undefined): void {
    if (what === this.#trouble) return;
    this.#trouble = what;
    if (what === undefined) return this.#host.onEvent({ type: "repaired", node: this.id });
    this.#host.onEvent({ type: "trouble", node: this.id, what });
    this.#host.onTrouble(this);
  }

  #onExit(cause: string | undefined): void {
    this.#thread = undefined;
    this.#raft = undefined;
    this.#membership = undefined;
    this.#trouble = undefined;
    this.#pause = undefined;
    this.#host.onDown(this);
    if (this.#asked === "stop") return this.#endInOrder();
    if (this.#unusable !== undefined) return this.#giveUp(this.#unusable);
    this.#onCrash(cause ?? "the thread ended though nobody asked it to");
  }

  #onCrash(cause: string): void {
    const now = performance.now();
    const asked = this.#asked === "crash";
    if (!asked) this.#crashTimes.push(now);
    const { crashes, restartInMs } = decideRestart(
      this.#host.policy,
      this.#crashTimes,
      now,
      Math.random(),
    );
    this.#tell({ type: "crashed", cause, asked, crashes, restartInMs });
    if (restartInMs === undefined) {
      const { withinMs } = this.#host.policy;
      return this.#giveUp(
        `it crashed ${crashes} times within ${withinMs} ms, the last time because: ${cause}`,
      );
    }
    this.#life = { type: "restarting", cause };
    this.#restart = setTimeout(() => {
      this.#restarts += 1;
      this.#spawn();
    }, restartInMs);
  }

  #giveUp(cause: string): void {
    this.#life = { type: "failed", cause };
    this.#tell({ type: "failed", cause });
  }

  #endInOrder(): void {
    this.#life = { type: "stopped" };
    this.#tell({ type: "stopped" });
  }

  #tell(event: ChildEvent): void {
    this.#host.onEvent({ ...event, node: this.id, incarnation: this.#incarnation } as ClusterEvent);
  }
}

/** What a child adds to each of its events. */
type Own = { readonly node: NodeId; readonly incarnation: number };

/** An event of a child without what the child adds to it. */
type Without<E> = E extends Own ? Omit<E, keyof Own> : never;
type ChildEvent = Without<ClusterEvent>;
