import {
  index,
  membershipAt,
  positionOf,
  restore,
  sameHardState,
  sameSnapshot,
  step,
  type Config,
  type Effect,
  type Entry,
  type Event,
  type HardState,
  type Index,
  type LogCopy,
  type LogPosition,
  type MemoryLog,
  type Observed,
  type Salvage,
  type Snapshot,
  type State,
  type Term,
} from "@kontiki/core";
import { fileOf, Machine, type File } from "./machine.ts";
import type { Packet } from "./network.ts";
import { contentOf, logOf, performOn, type Command } from "./core.ts";

/** What a crash keeps of what was written and not synced: nothing, the batch in progress, or everything. */
export type Kept = "nothing" | "batch" | "everything";

/** What a disk holds besides snapshots. It is written as one unit and durable as one. */
export type Image = {
  readonly hard: HardState;
  /** Never changed. */
  readonly log: MemoryLog<Command>;
  readonly horizon: LogPosition | undefined;
};

/** What a disk holds durably. */
export type Disk = {
  readonly image: Image;
  /** Snapshots, the newest last. */
  readonly files: readonly File[];
  /** What is intact of logs that were damaged. */
  readonly salvage: readonly LogCopy<Command>[];
};

/** A sync in progress: what the disk will hold after it, and what may leave then. */
type Batch = {
  readonly image: Image;
  readonly received: File | undefined;
  readonly packets: readonly Packet[];
};

/** One event and its result. */
export type Stepped = {
  readonly event: Event<Command>;
  readonly before: Observed<Command>;
  readonly after: Observed<Command>;
  readonly effects: readonly Effect<Command>[];
};

/** Chunks of a snapshot that are written one after another. */
type Incoming = { readonly snapshot: Snapshot; readonly bytes: Uint8Array };

/** A read that waits until its server has applied an entry. */
export type WaitingRead = { readonly id: number; readonly index: Index };

/** How many snapshots a disk keeps. */
const KEPT_FILES = 2;

/**
 * One server: a process that performs the core's effects, and its disk. As in the runtime, nothing leaves before the
 * sync except the messages of a leader that promise nothing and whose term and vote are on disk.
 *
 * It lives until it crashes; a restart creates another one.
 */
export class Server {
  readonly config: Config;
  readonly #chunkBytes: number;
  state: State;
  /** The log as the process sees it, and a copy of it that never changes. */
  #log: MemoryLog<Command>;
  view: MemoryLog<Command>;
  machine: Machine;
  timer: "election" | "heartbeat" = "election";
  /** Term and vote, and the horizon of a damaged log, as last written. */
  hard: HardState;
  #horizon: LogPosition | undefined;
  disk: Disk;
  #salvage: Salvage<Command>;
  #syncing: Batch | undefined;
  #held: Packet[] = [];
  #incoming: Incoming | undefined;
  /** Whether the disk fails at the next snapshot chunk that it reads or has written. */
  failsOnce = false;
  /** The snapshot of its own state that is being written. */
  #taking: File | undefined;
  /** Commands that clients wait for, by index. */
  readonly proposals = new Map<number, Term>();
  readonly waitingReads: WaitingRead[] = [];

  constructor(config: Config, disk: Disk, chunkBytes: number) {
    this.config = config;
    this.#chunkBytes = chunkBytes;
    const file = disk.files.at(-1);
    const { hard, log, horizon } = begunFrom(disk.image, file);
    this.#log = log.snapshot();
    this.view = log;
    this.hard = hard;
    this.#horizon = horizon;
    this.disk = { ...disk, image: { hard, log, horizon } };
    this.#salvage = { logs: disk.salvage, snapshots: [] };
    this.machine = file === undefined ? new Machine() : Machine.of(file);
    this.state = restore(hard, log, { snapshot: file?.snapshot, horizon });
  }

  /** A server in the same state with the same disk: what happens to one of them does not change the other. */
  copy(): Server {
    const copy = new Server(this.config, this.disk, this.#chunkBytes);
    copy.state = this.state;
    copy.#log = this.#log.snapshot();
    copy.view = this.view;
    copy.machine = this.machine.copy();
    copy.timer = this.timer;
    copy.hard = this.hard;
    copy.#horizon = this.#horizon;
    copy.disk = this.disk;
    copy.#salvage = this.#salvage;
    copy.#syncing = this.#syncing;
    copy.#held = [...this.#held];
    copy.#incoming = this.#incoming;
    copy.failsOnce = this.failsOnce;
    copy.#taking = this.#taking;
    for (const [at, term] of this.proposals) copy.proposals.set(at, term);
    copy.waitingReads.push(...this.waitingReads);
    return copy;
  }

  get observed(): Observed<Command> {
    return {
      env: { config: this.config, log: this.view, salvage: this.#salvage },
      state: this.state,
    };
  }

  /** Whether anything that was written, or waits to leave, is not synced. */
  get isUnsynced(): boolean {
    const { log, hard, horizon } = this.disk.image;
    if (log !== this.view || !sameHardState(hard, this.hard)) return true;
    if (horizon !== this.#horizon || this.#syncing !== undefined) return true;
    return this.#held.length > 0 || this.#received() !== undefined;
  }

  /** Handles an event. Packets that leave at once go to `network`. Returns the event that follows, if any. */
  step(
    event: Event<Command>,
    network: Packet[],
  ): Stepped & { readonly next: readonly Event<Command>[] } {
    const before = this.observed;
    const { state, effects } = step({ ...before.env, log: this.#log }, this.state, event);
    this.state = state;
    performOn(this.#log, effects);
    if (effects.some(({ type }) => isLogEffect(type))) this.view = this.#log.snapshot();
    const next = effects.flatMap((effect) => this.#perform(effect, network));
    return { event, before, after: this.observed, effects, next };
  }

  /** Applies up to this many committed entries that are not applied yet. */
  apply(most: number): readonly Entry<Command>[] {
    const { applied } = this.machine;
    const upTo = Math.min(this.state.commit, applied + most);
    if (upTo <= applied) return [];
    const entries = this.#log.slice(index(applied + 1), index(upTo), Number.MAX_SAFE_INTEGER);
    for (const entry of entries) this.machine.apply(entry);
    return entries;
  }

  /** Begins to write a snapshot of its state, if there is anything new to write. */
  beginSnapshot(): void {
    const { applied } = this.machine;
    if (applied <= (this.state.snapshot?.index ?? 0)) return;
    const term = this.#log.termAt(index(applied));
    if (term === undefined) throw new Error(`the applied entry ${applied} is missing from the log`);
    const membership = membershipAt(
      { config: this.config, log: this.#log },
      this.state,
      index(applied),
    );
    this.#taking = fileOf(this.machine, term, membership, this.config.id);
  }

  /** That snapshot is durable. */
  finishSnapshot(): Event<Command> | undefined {
    const file = this.#taking;
    if (file === undefined) return undefined;
    this.#taking = undefined;
    this.#keep(file);
    return { type: "snapshotTaken", snapshot: file.snapshot };
  }

  /** Starts to sync what is written by now. Later writes wait for the next sync. */
  beginSync(): void {
    if (this.#syncing !== undefined) return;
    const received = this.#received();
    if (received !== undefined) this.#incoming = undefined;
    this.#syncing = { image: this.#written(), received, packets: this.#held };
    this.#held = [];
  }

  /** Completes the sync: promises leave. Returns the events for the server. */
  finishSync(network: Packet[]): readonly Event<Command>[] {
    const batch = this.#syncing;
    if (batch === undefined) return [];
    this.#syncing = undefined;
    this.disk = { ...this.disk, image: batch.image };
    network.push(...batch.packets);
    const last = batch.image.log.lastIndex;
    const term = batch.image.log.termAt(last);
    const durable: readonly Event<Command>[] =
      term === undefined ? [] : [{ type: "durable", index: last, term }];
    if (batch.received === undefined) return durable;
    if (this.#fails())
      return [...durable, { type: "snapshotBroken", snapshot: batch.received.snapshot }];
    this.#keep(batch.received);
    return [...durable, { type: "snapshotReceived", snapshot: batch.received.snapshot }];
  }

  /** What its disk holds after a crash. */
  crash(kept: Kept): Disk {
    const batch = this.#syncing;
    const received = kept === "nothing" ? undefined : (batch?.received ?? this.#received());
    if (received !== undefined) this.#keep(received);
    if (kept === "batch" && batch !== undefined) return { ...this.disk, image: batch.image };
    return kept === "everything" ? { ...this.disk, image: this.#written() } : this.disk;
  }

  #written(): Image {
    return { hard: this.hard, log: this.view, horizon: this.#horizon };
  }

  #received(): File | undefined {
    const incoming = this.#incoming;
    if (incoming === undefined || incoming.bytes.length < incoming.snapshot.size) return undefined;
    return incoming;
  }

  #keep(file: File): void {
    const others = this.disk.files.filter(({ snapshot }) => snapshot.index !== file.snapshot.index);
    const files = [...others, file].toSorted((x, y) => x.snapshot.index - y.snapshot.index);
    this.disk = { ...this.disk, files: files.slice(-KEPT_FILES) };
  }

  #perform(effect: Effect<Command>, network: Packet[]): readonly Event<Command>[] {
    switch (effect.type) {
      case "saveHardState":
        this.hard = effect.hard;
        return [];
      case "logRepaired":
        this.#horizon = undefined;
        return [];
      case "send":
        this.#send(effect, network);
        return [];
      case "sendChunk":
        return this.#sendChunk(effect, network);
      case "sendFetched":
        return this.#sendFetched(effect, network);
      case "saveChunk":
        this.#saveChunk(effect);
        return [];
      case "installSnapshot": {
        const file = this.#file(effect.snapshot);
        if (file === undefined) throw new Error("an installed snapshot is missing from the disk");
        this.machine = Machine.of(file);
        return [];
      }
      case "resetElectionTimer":
      case "hastenElectionTimer":
        this.timer = "election";
        return [];
      case "resetHeartbeatTimer":
        this.timer = "heartbeat";
        return [];
      case "truncateLog":
      case "appendLog":
      case "compactLog":
      case "commit":
      case "proposed":
      case "rejectProposal":
      case "readReady":
      case "rejectRead":
      case "changeTaken":
      case "rejectChange":
      case "transferEnded":
        return [];
      default:
        return effect satisfies never;
    }
  }

  #send(
    {
      to,
      uid,
      message,
    }: Pick<Effect<Command> & { readonly type: "send" }, "to" | "uid" | "message">,
    network: Packet[],
  ): void {
    const { id, uid: fromUid } = this.config;
    const early = ["appendEntries", "snapshotChunk", "timeoutNow"].includes(message.type);
    const durable = sameHardState(this.disk.image.hard, this.hard);
    const packet = { from: id, fromUid, to, toUid: uid, message };
    (early && durable ? network : this.#held).push(packet);
  }

  #sendChunk(
    { to, uid, term, snapshot, offset }: Effect<Command> & { readonly type: "sendChunk" },
    network: Packet[],
  ): readonly Event<Command>[] {
    const file = this.#file(snapshot);
    if (file === undefined || this.#fails()) return [{ type: "snapshotGone", snapshot }];
    const bytes = file.bytes.slice(offset, offset + this.#chunkBytes);
    this.#send(
      { to, uid, message: { type: "snapshotChunk", term, snapshot, offset, bytes } },
      network,
    );
    return [];
  }

  #sendFetched(
    { to, uid, term, snapshot, offset }: Effect<Command> & { readonly type: "sendFetched" },
    network: Packet[],
  ): readonly Event<Command>[] {
    const file = this.#fails() ? undefined : this.#file(snapshot);
    const bytes = file?.bytes.slice(offset, offset + this.#chunkBytes) ?? new Uint8Array();
    const message = { type: "fetchedChunk", term, snapshot, offset, bytes } as const;
    if (to === this.config.id)
      return [{ type: "message", from: to, fromUid: uid, toUid: uid, message }];
    this.#send({ to, uid, message }, network);
    return [];
  }

  #saveChunk({ snapshot, offset, bytes }: Effect<Command> & { readonly type: "saveChunk" }): void {
    const known = offset === 0 ? new Uint8Array() : this.#incoming?.bytes;
    const continues =
      offset === 0 ||
      (this.#incoming !== undefined && sameSnapshot(this.#incoming.snapshot, snapshot));
    if (known?.length !== offset || !continues)
      throw new Error("a snapshot chunk does not continue what was saved");
    this.#incoming = { snapshot, bytes: Uint8Array.from([...known, ...bytes]) };
  }

  #fails(): boolean {
    const fails = this.failsOnce;
    this.failsOnce = false;
    return fails;
  }

  #file(wanted: Snapshot): File | undefined {
    return this.disk.files.find(({ snapshot }) => sameSnapshot(snapshot, wanted));
  }
}

/** If the log does not continue the newest snapshot, the snapshot replaces it. */
function begunFrom(image: Image, file: File | undefined): Image {
  if (file === undefined || image.log.termAt(file.snapshot.index) === file.snapshot.term)
    return image;
  const log = logOf(contentOf(image.log).slice(0, 0));
  log.reset(positionOf(file.snapshot));
  return { ...image, log };
}

function isLogEffect(type: Effect<Command>["type"]): boolean {
  return ["truncateLog", "appendLog", "compactLog", "installSnapshot"].includes(type);
}
