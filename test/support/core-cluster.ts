import {
  checkCluster,
  checkState,
  checkStep,
  hardStateOf,
  index,
  INITIAL_HARD_STATE,
  isQuorum,
  Leaders,
  makeConfig,
  restore,
  sameHardState,
  step,
  type Config,
  type Effect,
  type Entry,
  type Event,
  type HardState,
  type MemoryLog,
  type Message,
  type NodeId,
  type Observed,
  type State,
} from "@kontiki/core";
import {
  electionTimeout,
  from,
  heartbeatTimeout,
  log,
  logOf,
  PAPER,
  propose,
  type Command,
} from "./core.ts";

/** A message under way. */
export type Packet = {
  readonly from: NodeId;
  readonly fromUid: number;
  readonly to: NodeId;
  readonly toUid: number;
  readonly message: Message<Command>;
};

/** What a crash leaves of what was written and not synced: nothing, the batch under way, or all of it. */
export type Kept = "nothing" | "batch" | "everything";

/** What a server's disk holds for certain. */
type Disk = { readonly hard: HardState; readonly log: MemoryLog<Command> };

/** A sync under way: what the disk will hold after it, and what may leave then. */
type Batch = Disk & { readonly packets: readonly Packet[] };

type Server = {
  readonly config: Config;
  up: boolean;
  /** The log as the process sees it, and a copy of it that never changes. */
  log: MemoryLog<Command>;
  view: MemoryLog<Command>;
  state: State;
  /** Term and vote as they were last written. */
  hard: HardState;
  timer: "election" | "heartbeat";
  disk: Disk;
  syncing: Batch | undefined;
  /** Messages that promise something, until what they promise is on disk. */
  held: Packet[];
};

export type ClusterOptions = Partial<Omit<Config, "id" | "voters">> & {
  readonly voters: readonly NodeId[];
  /** What some disks hold at the start: a term, a vote and the terms of the entries. */
  readonly disks?: Readonly<
    Record<string, { readonly hard: HardState; readonly log: readonly number[] }>
  >;
};

/**
 * A cluster of pure servers, driven by hand: nothing happens unless a test says so.
 *
 * The network is a list of packets, to be delivered in any order, twice, or never. A disk holds what was synced, and a
 * crash loses the rest. As the runtime does, a server lets nothing but the AppendEntries of a leader whose term and vote
 * are on disk leave before the sync. After every step all invariants are checked; a broken one throws.
 */
export class Cluster {
  readonly packets: Packet[] = [];
  /** All entries that any server ever reported as committed, in order. */
  readonly committed: Entry<Command>[] = [];
  /** How often something happened that a run should meet, so that a vacuous run is noticed. */
  readonly sometimes = {
    elected: 0,
    committed: 0,
    deposed: 0,
    truncated: 0,
    skippedTerm: 0,
    wonByNobody: 0,
    voteRefused: 0,
    lostUnsynced: 0,
    committedBeforeOwnDisk: 0,
    restarted: 0,
  };
  readonly #servers = new Map<NodeId, Server>();
  readonly #leaders = new Leaders();
  #groups: readonly (readonly NodeId[])[] | undefined;

  constructor({ voters, disks = {}, ...limits }: ClusterOptions) {
    for (const id of voters) {
      const disk = disks[id] ?? { hard: INITIAL_HARD_STATE, log: [] };
      this.#servers.set(
        id,
        start(makeConfig({ ...PAPER, id, voters, ...limits }), disk.hard, log(disk.log)),
      );
    }
  }

  get ids(): readonly NodeId[] {
    return [...this.#servers.keys()];
  }

  state(id: NodeId): State {
    return this.#server(id).state;
  }

  log(id: NodeId): MemoryLog<Command> {
    return this.#server(id).view;
  }

  isUp(id: NodeId): boolean {
    return this.#server(id).up;
  }

  /** The leader of the latest term, if it is up. */
  leader(): NodeId | undefined {
    const up = this.ids.filter((id) => this.isUp(id));
    const latest = Math.max(...up.map((id) => this.state(id).term));
    return up.find((id) => this.state(id).term === latest && this.state(id).role.type === "leader");
  }

  /** Something happens to a server, and then it sends what it may. A server that is down meets nothing. */
  event(id: NodeId, event: Event<Command>): void {
    const server = this.#server(id);
    if (!server.up) return;
    this.#step(server, event);
    this.#step(server, { type: "replicate" });
  }

  /** Delivers the packet at `at`, unless its target is down or out of reach. */
  deliver(at: number): void {
    const packet = this.packets[at];
    if (packet === undefined) return;
    this.drop(at);
    if (!this.#reaches(packet.from, packet.to)) return;
    this.event(packet.to, from(packet.from, packet.message, packet));
  }

  drop(at: number): void {
    if (this.packets[at] !== undefined) this.packets.splice(at, 1);
  }

  duplicate(at: number): void {
    const packet = this.packets[at];
    if (packet !== undefined) this.packets.push(packet);
  }

  /** From now on packets pass only within a group. A server in none of them is alone. */
  partition(...groups: readonly (readonly NodeId[])[]): void {
    this.#groups = groups;
  }

  heal(): void {
    this.#groups = undefined;
  }

  /** The disk starts to sync what is written by now. What comes later waits for the next sync. */
  beginSync(id: NodeId): void {
    const server = this.#server(id);
    if (!server.up || server.syncing !== undefined) return;
    server.syncing = { hard: server.hard, log: server.view, packets: server.held };
    server.held = [];
  }

  /** The sync is done: promises leave, and the server hears how far its log is durable. */
  finishSync(id: NodeId): void {
    const server = this.#server(id);
    const batch = server.syncing;
    if (batch === undefined) return;
    server.syncing = undefined;
    server.disk = batch;
    this.packets.push(...batch.packets);
    const last = batch.log.lastIndex;
    const inTerm = batch.log.termAt(last);
    if (inTerm !== undefined) this.event(id, { type: "durable", index: last, term: inTerm });
  }

  sync(id: NodeId): void {
    this.finishSync(id);
    this.beginSync(id);
    this.finishSync(id);
  }

  crash(id: NodeId, kept: Kept = "nothing"): void {
    const server = this.#server(id);
    if (!server.up) return;
    if (kept === "batch" && server.syncing !== undefined) server.disk = server.syncing;
    if (kept === "everything") server.disk = { hard: server.hard, log: server.view };
    if (server.disk.log.lastIndex < server.view.lastIndex) this.sometimes.lostUnsynced += 1;
    server.up = false;
    server.syncing = undefined;
    server.held = [];
  }

  restart(id: NodeId): void {
    const server = this.#server(id);
    if (server.up) return;
    this.#servers.set(id, start(server.config, server.disk.hard, server.disk.log));
    this.sometimes.restarted += 1;
    this.#checkServer(this.#server(id));
    this.#checkAll();
  }

  /** Delivers all packets in order and syncs all disks, until nothing more happens. */
  settle(): void {
    const unsynced = () => this.ids.filter((id) => this.#isUnsynced(this.#server(id)));
    until(
      () => this.packets.length === 0 && unsynced().length === 0,
      () => {
        for (const id of unsynced()) this.sync(id);
        this.deliver(0);
      },
    );
  }

  /** A server's election timer runs out, and all that follows from it happens. */
  campaign(id: NodeId): void {
    this.event(id, electionTimeout);
    this.settle();
  }

  /** A client proposes at a server, and all that follows from it happens. */
  propose(id: NodeId, ...commands: readonly Command[]): void {
    this.event(id, propose(...commands));
    this.settle();
  }

  /** One heartbeat interval passes in which nothing is lost. */
  heartbeat(): void {
    for (const id of this.ids) this.event(id, heartbeatTimeout);
    this.settle();
  }

  /**
   * Faults stop. Election timers run out one after the other, as the drawn times make likely, and the cluster has to
   * elect a leader, bring all logs in line and commit all of them. @throws when it does not.
   */
  converge(): NodeId {
    this.heal();
    for (const id of this.ids) this.restart(id);
    for (let round = 0; round < 4 * this.ids.length; round += 1) {
      this.settle();
      this.heartbeat();
      const lead = this.leader();
      const next = this.ids[round % this.ids.length];
      if (lead === undefined && next !== undefined) this.campaign(next);
      if (lead !== undefined && this.#isInLineWith(lead)) return lead;
    }
    throw new Error("the cluster did not become live again");
  }

  #isInLineWith(lead: NodeId): boolean {
    const last = this.log(lead).lastIndex;
    return this.ids.every(
      (id) => this.log(id).lastIndex === last && this.state(id).commit === last,
    );
  }

  #isUnsynced({ up, held, syncing, disk, hard, view }: Server): boolean {
    if (!up) return false;
    const written = disk.log !== view || !sameHardState(disk.hard, hard);
    return written || syncing !== undefined || held.length > 0;
  }

  #reaches(one: NodeId, other: NodeId): boolean {
    const groups = this.#groups;
    return groups === undefined || groups.some((ids) => ids.includes(one) && ids.includes(other));
  }

  #server(id: NodeId): Server {
    const server = this.#servers.get(id);
    if (server === undefined) throw new Error(`there is no server ${id}`);
    return server;
  }

  #step(server: Server, event: Event<Command>): void {
    const before = observe(server);
    const next = step({ config: server.config, log: server.log }, server.state, event);
    server.state = next.state;
    for (const effect of next.effects) this.#perform(server, effect);
    const after = observe(server);
    claim(checkStep(before, after));
    this.#note(before.state, next.state, event);
    this.#checkServer(server);
    if (matters(before, after)) this.#checkAll();
  }

  #perform(server: Server, effect: Effect<Command>): void {
    switch (effect.type) {
      case "saveHardState":
        server.hard = effect.hard;
        return undefined;
      case "truncateLog":
        this.sometimes.truncated += 1;
        server.log.truncate(effect.after);
        server.view = server.log.snapshot();
        return undefined;
      case "appendLog":
        server.log.append(effect.entries);
        server.view = server.log.snapshot();
        return undefined;
      case "send":
        return this.#send(server, {
          from: server.config.id,
          fromUid: server.config.uid,
          to: effect.to,
          toUid: effect.uid,
          message: effect.message,
        });
      case "commit":
        return this.#commit(server, effect.upTo);
      case "resetElectionTimer":
        server.timer = "election";
        return undefined;
      case "resetHeartbeatTimer":
        server.timer = "heartbeat";
        return undefined;
      case "proposed":
      case "rejectProposal":
        return undefined;
      case "compactLog":
      case "logRepaired":
      case "sendChunk":
      case "saveChunk":
      case "installSnapshot":
      case "readReady":
      case "rejectRead":
      case "changeTaken":
      case "rejectChange":
      case "transferEnded":
      case "hastenElectionTimer":
        return claim([`${effect.type} without a snapshot, read, change or transfer`]);
      default:
        return effect satisfies never;
    }
  }

  /** Only a leader whose term and vote are durable may speak before the sync, and only AppendEntries. */
  #send(server: Server, packet: Packet): void {
    if (packet.message.type === "voteReply" && !packet.message.granted)
      this.sometimes.voteRefused += 1;
    const early =
      packet.message.type === "appendEntries" && sameHardState(server.disk.hard, server.hard);
    (early ? this.packets : server.held).push(packet);
  }

  /** What is reported as committed stays so for good: over crashes, terms and servers. */
  #commit(server: Server, upTo: number): void {
    this.sometimes.committed += 1;
    if ((server.disk.log.lastIndex as number) < upTo) this.sometimes.committedBeforeOwnDisk += 1;
    for (let at = 1; at <= upTo; at += 1) {
      const entry = entryAt(server.log, at);
      const known = this.committed[at - 1];
      if (known === undefined) this.committed.push(entry);
      else claim(sameEntry(known, entry) ? [] : [`the committed entry ${at} has changed`]);
    }
  }

  #note(before: State, after: State, event: Event<Command>): void {
    if (after.role.type === "leader" && before.role.type !== "leader") this.sometimes.elected += 1;
    if (before.role.type === "leader" && after.role.type !== "leader") this.sometimes.deposed += 1;
    if (before.role.type === "candidate" && event.type === "electionTimeout") {
      this.sometimes.wonByNobody += 1;
    }
    if (event.type !== "message" || event.message.type !== "appendRejected") return;
    if (event.message.conflictTerm === undefined) return;
    if (before.role.type !== "leader" || after.role.type !== "leader") return;
    const was = before.role.progress[event.from]?.next ?? 0;
    const is = after.role.progress[event.from]?.next ?? 0;
    if (was - is > 1) this.sometimes.skippedTerm += 1;
  }

  #checkServer(server: Server): void {
    const observed = observe(server);
    const { role } = server.state;
    const found = [...checkState(observed), ...this.#leaders.observe(observed)];
    const waitsFor = role.type === "leader" ? "heartbeat" : "election";
    if (server.timer !== waitsFor) found.push(`a ${role.type} waits for no ${waitsFor}`);
    const saved = sameHardState(server.hard, hardStateOf(server.state));
    if (!saved) found.push("a changed term or vote was not saved");
    claim(found);
  }

  #checkAll(): void {
    const up = [...this.#servers.values()].filter((server) => server.up);
    const found = [...checkCluster(up.map(observe))];
    const last = this.committed.at(-1);
    const holds = (id: NodeId) =>
      last === undefined || this.#server(id).disk.log.termAt(last.index) === last.term;
    if (!isQuorum(this.ids, this.ids.filter(holds))) {
      found.push(`no majority of disks holds the committed entry ${last?.index}`);
    }
    claim(found);
  }
}

/** Repeats `act` until all is `done`. @throws when that never comes, where a loop would hang. */
export function until(done: () => boolean, act: () => void): void {
  for (let times = 0; !done(); times += 1) {
    if (times > 5000) throw new Error("what is waited for never comes");
    act();
  }
}

function start(config: Config, hard: HardState, disk: MemoryLog<Command>): Server {
  const view = disk.snapshot();
  return {
    config,
    up: true,
    log: logOf(
      view.lastIndex === 0 ? [] : view.slice(index(1), view.lastIndex, Number.MAX_SAFE_INTEGER),
    ),
    view,
    state: restore(hard, view),
    hard,
    timer: "election",
    disk: { hard, log: view },
    syncing: undefined,
    held: [],
  };
}

function observe({ config, state, view }: Server): Observed<Command> {
  return { env: { config, log: view }, state };
}

/** Whether a step changed anything that claims about several servers speak of. */
function matters(before: Observed<Command>, after: Observed<Command>): boolean {
  const [old, now] = [before.state, after.state];
  const same =
    old.term === now.term && old.commit === now.commit && old.role.type === now.role.type;
  return !same || before.env.log !== after.env.log;
}

function entryAt(of: MemoryLog<Command>, at: number): Entry<Command> {
  const [entry] = of.slice(index(at), index(at), 0);
  if (entry === undefined) throw new Error(`there is no entry ${at}`);
  return entry;
}

function sameEntry(one: Entry<Command>, other: Entry<Command>): boolean {
  const [x, y] = [one, other].map((entry) =>
    entry.type === "command" ? entry.command : undefined,
  );
  return one.term === other.term && one.type === other.type && x === y;
}

/** @throws when something that should always hold does not. */
function claim(violations: readonly string[]): void {
  if (violations.length > 0) throw new Error(violations.join("\n"));
}
