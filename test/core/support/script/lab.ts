import {
  checkCluster,
  checkState,
  checkStep,
  index,
  INITIAL_HARD_STATE,
  Leaders,
  LOG_START,
  membershipAt,
  MemoryLog,
  positionOf,
  restore,
  sameSnapshot,
  step,
  term,
  type Config,
  type Effect,
  type Entry,
  type Event,
  type HardState,
  type LogPosition,
  type Message,
  type NodeId,
  type Observed,
  type Snapshot,
  type State,
} from "@kontiki/core";

/** A message in flight, with the disks that it is from and for. */
export type Packet<C> = {
  readonly from: NodeId;
  readonly fromUid: number;
  readonly to: NodeId;
  readonly toUid: number;
  readonly message: Message<C>;
};

/** What a server finds on its disk when it starts. */
export type Found<C> = {
  readonly hard: HardState;
  readonly base: LogPosition;
  readonly entries: readonly Entry<C>[];
  readonly snapshot: Snapshot | undefined;
  readonly horizon: LogPosition | undefined;
};

/** A pending write: what the disk holds when it is done, and the promises that leave then. */
type Write<C> = {
  readonly hard: HardState;
  readonly log: MemoryLog<C>;
  readonly packets: Packet<C>[];
};

/** One server of a {@link Lab}. */
export type Server<C> = {
  readonly config: Config;
  readonly log: MemoryLog<C>;
  readonly state: State;
  readonly isUp: boolean;
};

type Running<C> = { -readonly [K in keyof Server<C>]: Server<C>[K] } & {
  hard: HardState;
  disk: { hard: HardState; log: MemoryLog<C>; horizon: LogPosition | undefined };
  writes: Write<C>[];
  /** Whether writes complete only when the script says so. */
  slow: boolean;
  snapshots: readonly Snapshot[];
  /** Whether the next complete snapshot turns out to be damaged. */
  spoiled: boolean;
};

/** Receives everything that happens in a lab. */
export type Observer<C> = {
  started(config: Config, found: Found<C>): void;
  stepped(
    id: NodeId,
    event: Event<C>,
    before: State,
    after: State,
    effects: readonly Effect<C>[],
  ): void;
};

/** Bytes of every snapshot and of a chunk: each snapshot takes two chunks. */
const SNAPSHOT_BYTES = 12;
const CHUNK_BYTES = 8;

/**
 * Pure servers, driven by hand and observed at every step: nothing happens unless the script does it.
 *
 * A turn of a server is that of the runtime: the event, what a leader then sends, the sync, and what follows from the
 * log being durable. Promises leave after the sync. After every step all invariants are checked; a broken one throws.
 */
export class Lab<C> {
  /** Messages in flight, in the order in which they were sent. */
  readonly packets: Packet<C>[] = [];
  readonly #servers = new Map<NodeId, Running<C>>();
  readonly #leaders = new Leaders();
  readonly #sizeOf: (command: C) => number;
  readonly #observer: Observer<C>;
  #groups: readonly (readonly NodeId[])[] | undefined;

  constructor(sizeOf: (command: C) => number, observer: Observer<C>) {
    this.#sizeOf = sizeOf;
    this.#observer = observer;
  }

  get servers(): readonly Server<C>[] {
    return [...this.#servers.values()];
  }

  server(id: NodeId): Server<C> {
    return this.#running(id);
  }

  /** Starts a server, for the first time or with another disk than before. */
  start(config: Config, found: Partial<Found<C>> = {}): void {
    const whole = { ...EMPTY_DISK, entries: [], ...found };
    const { hard, base, entries, snapshot, horizon } = whole;
    const log = new MemoryLog<C>(this.#sizeOf, entries, base);
    this.#servers.set(config.id, {
      config,
      log,
      state: restore(hard, log, { snapshot, horizon, leases: config.leases }),
      isUp: true,
      hard,
      disk: { hard, log: log.snapshot(), horizon },
      writes: [],
      slow: this.#servers.get(config.id)?.slow ?? false,
      snapshots: snapshot === undefined ? [] : [snapshot],
      spoiled: false,
    });
    this.#observer.started(config, whole);
  }

  /** Ends the process; unsynced writes are lost. */
  crash(id: NodeId): void {
    const server = this.#running(id);
    server.isUp = false;
    server.writes = [];
  }

  /** Starts it again with what its disk holds. With `damagedAfter`, the log after that is found damaged and cut off. */
  restart(id: NodeId, damagedAfter?: number): void {
    this.crash(id);
    const { config, disk, snapshots } = this.#running(id);
    const { log } = disk;
    const lost = damagedAfter === undefined ? undefined : endOf(log);
    if (damagedAfter !== undefined) log.truncate(index(damagedAfter));
    const first = log.firstIndex;
    const entries =
      log.lastIndex < first ? [] : log.slice(first, log.lastIndex, Number.MAX_SAFE_INTEGER);
    const base = { index: index(first - 1), term: log.termAt(index(first - 1)) ?? LOG_START.term };
    const horizon = lost ?? disk.horizon;
    this.start(config, { hard: disk.hard, base, entries, snapshot: snapshots.at(-1), horizon });
  }

  /** Handles an event at a server. A stopped server handles nothing. */
  event(id: NodeId, event: Event<C>): void {
    const server = this.#running(id);
    if (!server.isUp) return;
    this.#step(server, event);
    this.#quietStep(server, { type: "replicate" });
    while (!server.slow && server.writes.length > 0) this.#finishWrite(server);
  }

  /** Sets whether its disk completes a write only when told to. */
  setSlow(id: NodeId, slow: boolean): void {
    const server = this.#running(id);
    server.slow = slow;
    while (!slow && server.writes.length > 0) this.#finishWrite(server);
  }

  /** Completes the oldest write of a slow disk. */
  sync(id: NodeId): void {
    this.#finishWrite(this.#running(id));
  }

  /** Makes a snapshot of its state as of a committed entry durable. */
  takeSnapshot(id: NodeId, at: number): void {
    const server = this.#running(id);
    const { config, log, state } = server;
    const last = index(at);
    const inTerm = log.termAt(last) ?? term(0);
    const membership = membershipAt({ config, log }, state, last);
    const made = { index: last, term: inTerm, membership, size: SNAPSHOT_BYTES, checksum: at };
    server.snapshots = [...server.snapshots, made];
    this.event(id, { type: "snapshotTaken", snapshot: made });
  }

  /** Removes all snapshots of a server but the newest. */
  removeOldSnapshots(id: NodeId): void {
    const server = this.#running(id);
    server.snapshots = server.snapshots.slice(-1);
  }

  /** Makes the next snapshot that it receives damaged. */
  spoilSnapshot(id: NodeId): void {
    this.#running(id).spoiled = true;
  }

  /** Lets messages pass only within these groups; undefined: everywhere. */
  partition(groups: readonly (readonly NodeId[])[] | undefined): void {
    this.#groups = groups;
  }

  reaches(from: NodeId, to: NodeId): boolean {
    const groups = this.#groups;
    return (
      groups === undefined || groups.some((group) => group.includes(from) && group.includes(to))
    );
  }

  /** Delivers a packet, which must be in flight. */
  deliver(packet: Packet<C>): void {
    this.drop(packet);
    const { from, fromUid, toUid, message } = packet;
    this.event(packet.to, { type: "message", from, fromUid, toUid, message });
  }

  drop(packet: Packet<C>): void {
    this.packets.splice(this.packets.indexOf(packet), 1);
  }

  #running(id: NodeId): Running<C> {
    const server = this.#servers.get(id);
    if (server === undefined) throw new Error(`there is no server ${id}`);
    return server;
  }

  #finishWrite(server: Running<C>): void {
    const write = server.writes.shift();
    if (write === undefined || !server.isUp) return;
    server.disk = { hard: write.hard, log: write.log, horizon: server.state.horizon };
    const last = endOf(write.log);
    if (server.state.durable < last.index) this.#step(server, { type: "durable", ...last });
    this.#quietStep(server, { type: "replicate" });
    this.packets.push(...write.packets);
  }

  /** A step that is not shown when it has nothing to do. */
  #quietStep(server: Running<C>, event: Event<C>): void {
    const { state, effects } = step(server, server.state, event);
    if (state !== server.state || effects.length > 0) this.#step(server, event);
  }

  #step(server: Running<C>, event: Event<C>): void {
    const before: Observed<C> = {
      env: { config: server.config, log: server.log.snapshot() },
      state: server.state,
    };
    const { state, effects } = step(server, server.state, event);
    server.state = state;
    this.#observer.stepped(server.config.id, event, before.state, state, effects);
    const follow: Event<C>[] = [];
    const promises: Packet<C>[] = [];
    let wrote = false;
    for (const effect of effects) {
      wrote = this.#write(server, effect) || wrote;
      if (effect.type === "send") this.#send(server, effect, promises);
      follow.push(...this.#snapshotEffect(server, effect));
    }
    const { hard, log } = server;
    if (wrote) server.writes.push({ hard, log: log.snapshot(), packets: promises });
    else (server.writes.at(-1)?.packets ?? this.packets).push(...promises);
    this.#check(before, server);
    for (const next of follow) this.#step(server, next);
  }

  #write(server: Running<C>, effect: Effect<C>): boolean {
    const { log } = server;
    switch (effect.type) {
      case "saveHardState":
        server.hard = effect.hard;
        return true;
      case "truncateLog":
        log.truncate(effect.after);
        return true;
      case "appendLog":
        log.append(effect.entries);
        return true;
      case "compactLog":
        log.compact(effect.upTo);
        return true;
      case "installSnapshot":
        log.reset(positionOf(effect.snapshot));
        return true;
      case "logRepaired":
        return true;
      default:
        return false;
    }
  }

  #send(
    server: Running<C>,
    effect: Effect<C> & { readonly type: "send" },
    promises: Packet<C>[],
  ): void {
    const { to, uid: toUid, message } = effect;
    const { id: from, uid: fromUid } = server.config;
    const packet = { from, fromUid, to, toUid, message };
    const early = message.type === "appendEntries" || message.type === "timeoutNow";
    if (early && isDurable(server)) this.packets.push(packet);
    else promises.push(packet);
  }

  /** Performs an effect on snapshots, and returns the events that follow. */
  #snapshotEffect(server: Running<C>, effect: Effect<C>): readonly Event<C>[] {
    if (effect.type === "sendChunk") return this.#sendChunk(server, effect);
    if (effect.type !== "saveChunk") return [];
    const { snapshot, offset, bytes } = effect;
    if (offset + bytes.length < snapshot.size) return [];
    const { spoiled } = server;
    server.spoiled = false;
    if (spoiled) return [{ type: "snapshotBroken", snapshot }];
    server.snapshots = [...server.snapshots, snapshot];
    return [{ type: "snapshotReceived", snapshot }];
  }

  #sendChunk(
    server: Running<C>,
    { to, uid, term: inTerm, snapshot, offset }: Effect<C> & { readonly type: "sendChunk" },
  ): readonly Event<C>[] {
    const kept = server.snapshots.some((one) => sameSnapshot(one, snapshot));
    if (!kept) return [{ type: "snapshotGone", snapshot }];
    const bytes = new Uint8Array(Math.min(CHUNK_BYTES, snapshot.size - offset));
    const message = { type: "snapshotChunk", term: inTerm, snapshot, offset, bytes } as const;
    const { id: from, uid: fromUid } = server.config;
    this.packets.push({ from, fromUid, to, toUid: uid, message });
    return [];
  }

  #check(before: Observed<C>, server: Running<C>): void {
    const all = this.servers
      .filter(({ isUp }) => isUp)
      .map(({ config, log, state }) => ({ env: { config, log }, state }));
    const after = { env: server, state: server.state };
    const found = [
      ...checkState(after),
      ...checkStep(before, after),
      ...checkCluster(all),
      ...this.#leaders.observe(after),
    ];
    if (found.length > 0) throw new Error(found.join("\n"));
  }
}

const EMPTY_DISK = {
  hard: INITIAL_HARD_STATE,
  base: LOG_START,
  snapshot: undefined,
  horizon: undefined,
} as const;

function isDurable<C>({ hard, disk }: Running<C>): boolean {
  return hard.term === disk.hard.term && hard.votedFor === disk.hard.votedFor;
}

function endOf<C>(log: MemoryLog<C>): LogPosition {
  return { index: log.lastIndex, term: log.termAt(log.lastIndex) ?? LOG_START.term };
}
