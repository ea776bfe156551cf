import {
  confirmedRound,
  makeConfig,
  membershipAt,
  nodeId,
  term,
  INITIAL_HARD_STATE,
  TERM_ZERO,
  type Change,
  type Config,
  type Effect,
  type Event,
  type NodeId,
  type Snapshot,
} from "@kontiki/core";
import type { Packet } from "../../core/support/network.ts";
import { damaged } from "../../core/support/damage.ts";
import { checksumOf } from "../../core/support/machine.ts";
import { Server, type Disk } from "../../core/support/server.ts";
import {
  contentOf,
  electionTimeout,
  from,
  heartbeatTimeout,
  log,
  PAPER,
  propose,
  type Command,
} from "../../core/support/core.ts";

/** Bounds of a search, without defaults. */
export type NaiveBounds = {
  readonly nodes: number;
  readonly voters: number;
  /** The terms of the entries that each log begins with. */
  readonly logs?: readonly (readonly number[])[];
  readonly terms: number;
  readonly proposals: number;
  readonly crashes: number;
  readonly drops: number;
  readonly duplicates: number;
  readonly heartbeats: number;
  readonly damage: number;
  readonly reads: number;
  readonly changes: number;
  readonly transfers: number;
  readonly snapshots: number;
  readonly wipes: number;
  readonly obituaries: number;
  readonly inflight: number;
  readonly asyncDisk: boolean;
  readonly config: Partial<Pick<Config, "leases" | "noop" | "quorumBeats" | "preVote">>;
};

const BUDGETS = [
  "proposals",
  "crashes",
  "drops",
  "duplicates",
  "heartbeats",
  "damage",
  "reads",
  "changes",
  "transfers",
  "snapshots",
  "wipes",
  "obituaries",
] as const;

type Spent = Record<(typeof BUDGETS)[number], number>;

/** What the model of time knows about a server: see `docs/explorer.md`. */
type Clock = { rounds: Record<number, number>; isHastened: boolean };

/** One transition. Nodes and packets are given by their positions. */
type Choice = {
  readonly what: (typeof TURNS)[number] | (typeof ASKED)[number] | "deliver" | "drop" | "lose";
  /** The position of the node or the packet. */
  readonly at: number;
  readonly stays: boolean;
  readonly end: "well" | "nothing" | "everything";
  /** The entry that the disk loses, the node that it is about, or the position of a change; else 0. */
  readonly which: number;
};

/** What can happen at a server without a packet. */
const TURNS = [
  "election",
  "heartbeat",
  "silence",
  "propose",
  "read",
  "lease",
  "snapshot",
  "wipe",
  "sync",
  "crash",
] as const;

/** What an operator asks a server, or the supervisor reports to it. */
const ASKED = ["change", "transfer", "death"] as const;

/** A text of plain data that does not depend on the order of keys. */
function textOf(data: unknown): string {
  return JSON.stringify(data, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : value,
  );
}

const NAMES = ["a", "b", "c"].map(nodeId);

/** What each process found salvaged when it started. */
const FOUND = new WeakMap<Server, Disk["salvage"]>();

/** The log that a copy is left of. */
const HAD = new WeakMap<object, unknown>();

/** The parts that a server has saved of a snapshot. */
const INCOMING = new WeakMap<Server, unknown>();

/** A small cluster of the servers that the tests of the core use. */
class Run {
  readonly #bounds: NaiveBounds;
  readonly #servers: Server[];
  #flying: Packet[] = [];
  #spent = Object.fromEntries(BUDGETS.map((budget) => [budget, 0])) as Spent;
  #leaders: Record<number, NodeId> = {};
  #committed: string[] = [];
  /** Reads without an answer: at which server, and how many entries the answer must cover. */
  #asked: { readonly id: number; readonly at: NodeId; readonly floor: number }[] = [];
  #clocks: Record<NodeId, Clock> = {};
  /** The last round of each term that began an election timeout ago or earlier. */
  #past: Record<number, number> = {};
  /** The effects of the present turn. */
  #effects: Effect<Command>[] = [];

  private constructor(bounds: NaiveBounds, servers: readonly Server[]) {
    this.#bounds = bounds;
    this.#servers = [...servers];
  }

  /** A run in which nothing has happened. */
  static from(bounds: NaiveBounds): Run {
    const names = NAMES.slice(0, bounds.nodes);
    const voters = names.slice(0, bounds.voters);
    const firsts = bounds.logs ?? [];
    const first = Math.max(0, ...firsts.flat());
    const servers = names.map((id, at) => {
      const config = makeConfig({ ...PAPER, keptEntries: 0, ...bounds.config, id, voters });
      const hard = { ...INITIAL_HARD_STATE, term: term(first) };
      const image = { hard, log: log(firsts[at] ?? []), horizon: undefined };
      return started(config, { ...EMPTY, image });
    });
    const run = new Run(bounds, servers);
    for (const id of names) run.#clocks[id] = { rounds: {}, isHastened: false };
    return run;
  }

  /**
   * The runs after one more transition: one for each choice of sent packets that find room. None when it is not allowed.
   * Each run has servers of its own, but for those to which nothing has happened since.
   */
  after(choice: Choice): readonly Run[] {
    const run = this.#copy();
    const sent = run.#make(choice);
    if (sent === undefined) return [];
    const room = this.#bounds.inflight - run.#flying.length;
    return partsOf(sent.length, Math.min(sent.length, room)).map((found) => {
      const end = run.#copy();
      end.#flying.push(...found.flatMap((place) => sent[place] ?? []));
      return end;
    });
  }

  #copy(): Run {
    const run = new Run(this.#bounds, this.#servers);
    run.#flying = [...this.#flying];
    run.#spent = { ...this.#spent };
    run.#leaders = { ...this.#leaders };
    run.#committed = [...this.#committed];
    run.#asked = [...this.#asked];
    run.#clocks = { ...this.#clocks };
    run.#past = { ...this.#past };
    return run;
  }

  get #changes(): readonly (readonly Change[])[] {
    return CHANGES[this.#bounds.nodes] ?? [];
  }

  /** Everything that matters for the future of the run. */
  get text(): string {
    const servers = this.#servers.map(serverText);
    const flying = this.#flying.map(packetText).toSorted();
    const past = [this.#leaders, this.#committed, this.#asked, this.#clocks, this.#past];
    return textOf([servers, flying, this.#spent, past]);
  }

  /** All choices to try next. Some of them change nothing or are not allowed. */
  get choices(): readonly Choice[] {
    const places = [...this.#servers.keys()];
    const plain = { stays: false, which: 0 } as const;
    const turns = TURNS.flatMap((what) => places.map((at) => ({ ...plain, what, at })));
    const { duplicates, drops, crashes, changes, transfers, obituaries } = this.#bounds;
    const asked = [
      ...(changes > 0 ? this.#changes.map((_change, which) => ["change", which] as const) : []),
      ...(transfers > 0 ? places.map((which) => ["transfer", which] as const) : []),
      ...(obituaries > 0 ? places.map((which) => ["death", which] as const) : []),
    ].flatMap(([what, which]) => places.map((at) => ({ ...plain, what, which, at })));
    const packets = [...this.#flying.keys()].flatMap((at) => [
      { ...plain, what: "deliver" as const, at },
      ...(duplicates > 0 ? [{ ...plain, what: "deliver" as const, at, stays: true }] : []),
      ...(drops > 0 ? [{ ...plain, what: "drop" as const, at }] : []),
    ]);
    const losses = this.#servers.flatMap(({ disk }, at) =>
      contentOf(disk.image.log).map(
        ({ index }) => ({ ...plain, what: "lose", at, which: index, end: "well" }) as const,
      ),
    );
    const ends = crashes > 0 ? (["well", "nothing", "everything"] as const) : (["well"] as const);
    const others = [...turns, ...asked, ...packets].flatMap((choice) =>
      ends.map((end) => ({ ...choice, end })),
    );
    return [...others, ...losses];
  }

  /** Makes a transition. @returns the packets that leave; undefined when it is not allowed. */
  #make(choice: Choice): readonly Packet[] | undefined {
    const { what, at, stays, end, which } = choice;
    if (what === "drop")
      return end === "well" && this.#takes("drops", () => this.#take(at)) ? [] : undefined;
    const packet = what === "deliver" ? this.#flying[at] : undefined;
    const place = this.#servers.findIndex(({ config }, each) =>
      packet === undefined ? each === at : config.id === packet.to,
    );
    if (!this.#isAllowed(choice, place)) return undefined;
    if (packet !== undefined && !stays) this.#take(at);
    const server = this.#own(place);
    const sent: Packet[] = [];
    const { state: before } = server;
    this.#effects = [];
    if (what === "snapshot") keep(server, snapshotOf(server));
    const restarts = what === "lose" || what === "wipe";
    if (what !== "crash" && what !== "sync" && !restarts) {
      this.#handle(server, this.#eventOf(choice, packet, server), sent);
      this.#handle(server, { type: "replicate" }, sent);
    }
    const isRefused = ({ type }: Effect<Command>): boolean =>
      (what === "change" && type === "rejectChange") ||
      (what === "transfer" && type === "transferEnded");
    if (this.#effects.some(isRefused) || (what === "death" && server.state === before))
      return undefined;
    if (end === "everything" && !this.#wrote(server)) return undefined;
    const syncs = what === "sync" || (!this.#bounds.asyncDisk && !restarts);
    if (end === "well" && syncs) this.#sync(server, sent);
    this.#remember(server);
    this.#answer(server);
    if (restarts || end !== "well")
      this.#asked = this.#asked.filter((read) => read.at !== server.config.id);
    if (what === "lose") this.#lose(server, which);
    if (what === "wipe")
      this.#restart(server, EMPTY, makeConfig({ ...server.config, uid: this.#spent.wipes }));
    if (end !== "well") this.#restart(server, readable(server.crash(end)));
    return server.state.term > this.#bounds.terms ? undefined : sent;
  }

  /** Whether a transition is possible at a server and within the bounds. What it takes of a budget is then spent. */
  #isAllowed({ what, stays, end, which }: Choice, place: number): boolean {
    const server = this.#servers[place];
    if (server === undefined || (stays && !this.#takes("duplicates"))) return false;
    const leads = server.state.role.type === "leader";
    if (what === "election" && leads) return false;
    if (what === "heartbeat" && !(leads && this.#takes("heartbeats"))) return false;
    if (what === "propose" && !(leads && this.#takes("proposals"))) return false;
    if (what === "silence" && !hears(server)) return false;
    if ((what === "read" || what === "lease") && !this.#asks(server, what)) return false;
    if (end !== "well" && !this.#takes("crashes")) return false;
    if (what === "lose" && !this.#takes("damage")) return false;
    if (what === "wipe" && !(end === "well" && this.#takes("wipes"))) return false;
    if (what === "snapshot" && !(hasNews(server) && this.#takes("snapshots"))) return false;
    const { asyncDisk } = this.#bounds;
    if (what === "sync" && !(asyncDisk && end === "well")) return false;
    if (what === "crash" ? end === "well" : asyncDisk && end !== "well") return false;
    if (what === "change" && !(leads && this.#takes("changes"))) return false;
    if (what === "transfer" && !(leads && this.#takes("transfers"))) return false;
    if (what === "death" && !(this.#mayBeDead(which, server) && this.#takes("obituaries")))
      return false;
    return true;
  }

  /** The server at a place, for this run alone. */
  #own(place: number): Server {
    const shared = this.#server(place);
    const server = shared.copy();
    this.#servers[place] = server;
    FOUND.set(server, FOUND.get(shared) ?? []);
    INCOMING.set(server, INCOMING.get(shared));
    return server;
  }

  #server(place: number): Server {
    const server = this.#servers[place];
    if (server === undefined) throw new RangeError(`there is no server ${place}`);
    return server;
  }

  #eventOf({ what, which }: Choice, packet: Packet | undefined, { disk }: Server): Event<Command> {
    const file = disk.files.at(-1);
    if (what === "snapshot" && file !== undefined)
      return { type: "snapshotTaken", snapshot: file.snapshot };
    if (packet !== undefined) return from(packet.from, packet.message, packet);
    if (what === "propose") return propose(`x${this.#spent.proposals}`);
    if (what === "read" || what === "lease")
      return { type: "read", id: this.#spent.reads, leased: what === "lease" };
    if (what === "silence") return { type: "leaderSilent" };
    if (what === "change") return { type: "changeMembership", changes: this.#changes[which] ?? [] };
    if (what === "transfer") return { type: "transfer", target: this.#idOf(which) };
    if (what === "death") return { type: "peerDown", node: this.#idOf(which) };
    return what === "election" ? electionTimeout : heartbeatTimeout;
  }

  #idOf(place: number): NodeId {
    return this.#server(place).config.id;
  }

  /** The supervisor may report any server dead, except a leader that the other one follows. */
  #mayBeDead(place: number, { config, state: { role, term } }: Server): boolean {
    const other = this.#servers[place];
    if (other === undefined || other.config.id === config.id) return false;
    const follows = role.type === "follower" && role.leader === other.config.id;
    return !(follows && other.state.role.type === "leader" && other.state.term === term);
  }

  /** A client asks a server that leads or knows who does. A lease may be valid unless its round is an old one. */
  #asks({ config, state, observed }: Server, what: "read" | "lease"): boolean {
    const { role, term } = state;
    if (role.type === "leader") {
      const round = confirmedRound(observed.env, state, role);
      const isOver = round <= (this.#past[term] ?? 0);
      if (what === "lease" && (config.leases !== true || isOver)) return false;
    } else if (what === "lease" || role.type !== "follower" || role.leader === undefined)
      return false;
    if (!this.#takes("reads")) return false;
    this.#asked.push({ id: this.#spent.reads, at: config.id, floor: this.#committed.length });
    return true;
  }

  /** Ends the reads that a server has answered or refused in this turn. */
  #answer({ config }: Server): void {
    const ended = this.#effects.flatMap((effect) =>
      effect.type === "readReady" || effect.type === "rejectRead" ? [effect.id] : [],
    );
    this.#asked = this.#asked.filter(({ id, at }) => at !== config.id || !ended.includes(id));
  }

  #tick(
    { config, state }: Server,
    event: Event<Command>,
    effects: readonly Effect<Command>[],
  ): void {
    const before = this.#clocks[config.id];
    if (before === undefined || !config.leases || this.#bounds.reads === 0) return;
    const { type } = event;
    const clock = { rounds: { ...before.rounds }, isHastened: before.isHastened };
    this.#clocks[config.id] = clock;
    if (type === "leaderSilent" || (type === "electionTimeout" && !clock.isHastened)) {
      for (const [term, round] of Object.entries(clock.rounds))
        this.#past[Number(term)] = Math.max(round, this.#past[Number(term)] ?? 0);
      this.#clocks[config.id] = { rounds: {}, isHastened: false };
      return;
    }
    for (const effect of effects) {
      if (effect.type === "resetElectionTimer") clock.isHastened = false;
      if (effect.type === "hastenElectionTimer") clock.isHastened = true;
    }
    if (type !== "message" || event.message.type !== "appendEntries") return;
    const { term, round } = event.message;
    const { role } = state;
    if (term !== state.term || role.type !== "follower" || role.leader !== event.from) return;
    clock.rounds[term] = Math.max(round, clock.rounds[term] ?? 0);
  }

  #take(at: number): void {
    this.#flying = this.#flying.toSpliced(at, 1);
  }

  #takes(budget: keyof Spent, then: () => void = () => {}): boolean {
    if (this.#spent[budget] >= this.#bounds[budget]) return false;
    this.#spent[budget] += 1;
    then();
    return true;
  }

  #handle(server: Server, event: Event<Command>, sent: Packet[]): void {
    const { effects, next } = server.step(event, sent);
    this.#effects.push(...effects);
    this.#tick(server, event, effects);
    for (const following of [...next, ...effects.flatMap((effect) => this.#saved(server, effect))])
      this.#handle(server, following, sent);
  }

  /** The last part of a snapshot makes it whole: its file is durable at once. */
  #saved(server: Server, effect: Effect<Command>): readonly Event<Command>[] {
    if (effect.type !== "saveChunk") return [];
    const { snapshot, offset, bytes } = effect;
    const received = offset + bytes.length;
    if (received < snapshot.size) {
      INCOMING.set(server, { snapshot, received });
      return [];
    }
    INCOMING.delete(server);
    keep(server, snapshot);
    return [{ type: "snapshotReceived", snapshot }];
  }

  #wrote(server: Server): boolean {
    const { hard, log: onDisk } = server.disk.image;
    const [first, firstOnDisk] = [server.view.firstIndex, onDisk.firstIndex];
    return (
      textOf([hard, firstOnDisk, contentOf(onDisk)]) !==
      textOf([server.hard, first, contentOf(server.view)])
    );
  }

  #sync(server: Server, sent: Packet[]): void {
    server.beginSync();
    for (const event of server.finishSync(sent)) this.#handle(server, event, sent);
    this.#handle(server, { type: "replicate" }, sent);
  }

  #lose(server: Server, entry: number): void {
    const disk = readable(server.crash("nothing"));
    const left = damaged(disk, (each) => each === entry);
    const copy = left.salvage.at(-1);
    if (copy !== undefined) HAD.set(copy, contentOf(disk.image.log));
    this.#restart(server, left);
  }

  #restart(server: Server, disk: Disk, config: Config = server.config): void {
    const next = started(config, disk);
    const { id } = server.config;
    const clock = this.#clocks[id];
    if (clock !== undefined) this.#clocks[id] = { ...clock, isHastened: false };
    this.#servers[this.#servers.indexOf(server)] = next;
    FOUND.set(next, disk.salvage);
  }

  #remember({ config, state, view }: Server): void {
    if (state.role.type === "leader") this.#leaders[state.term] = config.id;
    const known = this.#committed.length;
    for (const entry of contentOf(view))
      if (entry.index > known && entry.index <= state.commit)
        this.#committed.push(textOf([entry, state.term]));
  }
}

/** All requests that change one or two servers, by the number of servers. */
const CHANGES = [0, 1, 2, 3].map((nodes) => changesOf(NAMES.slice(0, nodes)));

function changesOf(names: readonly NodeId[]): readonly (readonly Change[])[] {
  const all: (readonly Change[])[] = [];
  const learner = { type: "addLearner", uid: 0, promote: true } as const;
  for (const node of names) {
    const out: Change = { type: "remove", node };
    const into: Change = { type: "addVoter", node, uid: 0 };
    all.push([out], [into], [{ ...learner, node, replaces: undefined }]);
    for (const other of names.filter((name) => name !== node)) {
      all.push([out, { type: "addVoter", node: other, uid: 0 }]);
      all.push([{ ...learner, node, replaces: other }]);
      if (other < node) continue;
      all.push([out, { type: "remove", node: other }]);
      all.push([into, { type: "addVoter", node: other, uid: 0 }]);
    }
  }
  return all;
}

function started(config: Config, disk: Disk): Server {
  const server = new Server(config, disk, BYTES.length / 2);
  const { role } = server.state;
  if (role.type === "follower")
    server.state = { ...server.state, role: { ...role, heard: config.leases } };
  return server;
}

/** Texts of data that is never changed. */
const TEXTS = new WeakMap<object, string>();

function knownText<T extends object>(data: T, make: (data: T) => string): string {
  const text = TEXTS.get(data) ?? make(data);
  TEXTS.set(data, text);
  return text;
}

/** Everything that matters for the future of a server to which nothing more happens in its run. */
function serverText(server: Server): string {
  return knownText(server, () => {
    const { state, view, disk, hard } = server;
    const { hard: synced, log: onDisk, horizon } = disk.image;
    const salvage = copiesOf(readable(disk).salvage);
    const found = copiesOf(FOUND.get(server) ?? []);
    const damage = { horizon, salvage, found };
    const firsts = [view.firstIndex, onDisk.firstIndex];
    const files = disk.files.map(({ snapshot }) => snapshot);
    const snapshots = { firsts, files, incoming: INCOMING.get(server) };
    const logs = { log: contentOf(view), onDisk: contentOf(onDisk), held: heldBy(server) };
    return textOf({ uid: server.config.uid, state, ...logs, hard, synced, damage, snapshots });
  });
}

/** The packets that wait for a sync: it releases them. */
function heldBy(server: Server): readonly string[] {
  const packets: Packet[] = [];
  const synced = server.copy();
  synced.beginSync();
  synced.finishSync(packets);
  return packets.map(packetText).toSorted();
}

function packetText(packet: Packet): string {
  return knownText(packet, textOf);
}

function copiesOf(salvage: Disk["salvage"]): unknown {
  return salvage.map((copy) => ({
    pieces: copy.pieces.map((piece) =>
      piece.slice(piece.firstIndex, piece.lastIndex, Number.MAX_SAFE_INTEGER),
    ),
    marks: copy.marks,
    had: HAD.get(copy),
  }));
}

/** The disk of a new server. */
const EMPTY: Disk = {
  image: { hard: INITIAL_HARD_STATE, log: log([]), horizon: undefined },
  files: [],
  salvage: [],
};

/** All snapshots have these bytes, in two parts: nothing is ever applied. */
const BYTES = new TextEncoder().encode("[]");

/** Whether a server knows more to be committed than its newest snapshot holds. */
function hasNews({ state: { commit, snapshot } }: Server): boolean {
  return commit > (snapshot?.index ?? 0);
}

function snapshotOf({ observed: { env }, state }: Server): Snapshot {
  const { commit: index } = state;
  const term = env.log.termAt(index) ?? TERM_ZERO;
  const membership = membershipAt(env, state, index);
  return { index, term, membership, size: BYTES.length, checksum: checksumOf(BYTES) };
}

function keep(server: Server, snapshot: Snapshot): void {
  const files = [...server.disk.files, { snapshot, bytes: BYTES }].slice(-2);
  server.disk = { ...server.disk, files };
}

function hears({ config, state: { role } }: Server): boolean {
  return config.quorumBeats > 0 && role.type === "follower" && role.heard;
}

/** What a start reads: files that were set aside only while the log is damaged. */
function readable(disk: Disk): Disk {
  return disk.image.horizon === undefined ? { ...disk, salvage: [] } : disk;
}

/**
 * Counts the states of a small cluster in the simplest way: it makes every transition from every state and stores each state as
 * text. It shares only the core with the explorer.
 */
export function countStates(bounds: NaiveBounds): number {
  const first = Run.from(bounds);
  const seen = new Set([first.text]);
  const runs = [first];
  for (const run of runs) {
    for (const next of run.choices.flatMap((choice) => run.after(choice))) {
      const { text } = next;
      if (seen.has(text)) continue;
      seen.add(text);
      runs.push(next);
    }
  }
  return seen.size;
}

/** All choices of `size` places out of `count`. */
function partsOf(count: number, size: number): readonly (readonly number[])[] {
  if (size === 0) return [[]];
  return Array.from({ length: count }, (_none, at) => at).flatMap((last) =>
    last < size - 1 ? [] : partsOf(last, size - 1).map((rest) => [...rest, last]),
  );
}
