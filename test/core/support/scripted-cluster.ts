import {
  checkCluster,
  checkState,
  checkStep,
  INITIAL_HARD_STATE,
  lastPosition,
  Leaders,
  makeConfig,
  positionOf,
  restore,
  step,
  type Config,
  type Effect,
  type Event,
  type HardState,
  type MemoryLog,
  type NodeId,
  type Observed,
  type Role,
  type State,
} from "@kontiki/core";
import type { Packet } from "./network.ts";
import { electionTimeout, from, heartbeatTimeout, log, propose, type Command } from "./core.ts";

type Server = {
  readonly config: Config;
  readonly log: MemoryLog<Command>;
  view: MemoryLog<Command>;
  state: State;
  /** What it said to its runtime beside messages, writes and timers, since it was last asked. */
  told: Effect<Command>[];
};

/** What a server says to those around it: answers to clients and operators, and what it hastens. */
const ANSWERS: readonly Effect<Command>["type"][] = [
  "proposed",
  "rejectProposal",
  "readReady",
  "rejectRead",
  "changeTaken",
  "rejectChange",
  "transferEnded",
  "hastenElectionTimer",
];

export type ScriptOptions = Partial<Omit<Config, "id" | "voters">> & {
  readonly voters: readonly NodeId[];
  /** The terms of the entries that some logs hold at the start. */
  readonly logs?: Readonly<Record<string, readonly number[]>>;
  /** The terms and votes of some servers at the start. */
  readonly hard?: Readonly<Record<string, HardState>>;
};

/**
 * A play for several pure servers, word for word: what happens is what the test says, in that order.
 *
 * Disks are done at once, so that only messages are under way. Pre-vote is on, and a leader steps down after three
 * heartbeats without its majority, unless told otherwise. After every step all invariants are checked; a broken one
 * throws.
 */
export class Script {
  /** Messages under way, in the order in which they were sent. */
  readonly packets: Packet[] = [];
  readonly #servers = new Map<NodeId, Server>();
  readonly #leaders = new Leaders();
  readonly #options: Partial<Config> & { readonly voters: readonly NodeId[] };
  #isCut: (from: NodeId, to: NodeId) => boolean = () => false;

  constructor({ logs = {}, hard = {}, ...options }: ScriptOptions) {
    this.#options = { preVote: true, quorumBeats: 3, ...options };
    for (const id of options.voters) this.start(id, {}, log(logs[id] ?? []), hard[id]);
  }

  /** Starts a server, also one that is not there yet, from what its disk holds. */
  start(
    id: NodeId,
    config: Partial<Config> = {},
    disk: MemoryLog<Command> = log([]),
    hard: HardState = INITIAL_HARD_STATE,
  ): void {
    const whole = makeConfig({ ...this.#options, ...config, id });
    const state = restore(hard, disk, { leases: whole.leases });
    this.#servers.set(id, { config: whole, log: disk, view: disk.snapshot(), state, told: [] });
  }

  /** A server crashes and comes back with its disk. */
  restart(id: NodeId): void {
    const { config, log: disk, state } = this.#server(id);
    this.start(id, config, disk, { term: state.term, votedFor: state.votedFor });
  }

  stop(id: NodeId): void {
    this.#servers.delete(id);
  }

  state(id: NodeId): State {
    return this.#server(id).state;
  }

  log(id: NodeId): MemoryLog<Command> {
    return this.#server(id).view;
  }

  /** What each server is. */
  get roles(): Readonly<Record<string, Role["type"]>> {
    return Object.fromEntries([...this.#servers].map(([id, { state }]) => [id, state.role.type]));
  }

  /** The term that each server is in. */
  get terms(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#servers].map(([id, { state }]) => [id, state.term]));
  }

  /** What a server answered its clients and operators since it was last asked. */
  told(id: NodeId): readonly Effect<Command>[] {
    return this.#server(id).told.splice(0);
  }

  /** Something happens to a server, its disk is done, and then it sends what it may. */
  event(id: NodeId, event: Event<Command>): void {
    const server = this.#server(id);
    this.#step(server, event);
    while (server.state.durable < server.log.lastIndex) {
      const { index, term } = lastPosition(server.log);
      this.#step(server, { type: "durable", index, term });
    }
    this.#step(server, { type: "replicate" });
  }

  /** Delivers what is under way and what follows from it, as far as `wanted`; the rest stays under way. */
  deliver(wanted: (packet: Packet) => boolean = () => true): void {
    for (let times = 0; ; times += 1) {
      if (times > 5000) throw new Error("the servers talk without end");
      const at = this.packets.findIndex(wanted);
      const [packet] = at === -1 ? [] : this.packets.splice(at, 1);
      if (packet === undefined) return;
      if (this.#isCut(packet.from, packet.to) || !this.#servers.has(packet.to)) continue;
      this.event(packet.to, from(packet.from, packet.message, packet));
    }
  }

  /** Loses what is under way. Gives what was lost, for those who send it again. */
  drop(wanted: (packet: Packet) => boolean = () => true): readonly Packet[] {
    const lost = this.packets.filter(wanted);
    const kept = this.packets.filter((packet) => !wanted(packet));
    this.packets.splice(0, this.packets.length, ...kept);
    return lost;
  }

  /** From now on messages pass only within a group. A server in none of them is alone. */
  partition(...groups: readonly (readonly NodeId[])[]): void {
    this.cut((one, other) => !groups.some((ids) => ids.includes(one) && ids.includes(other)));
  }

  /** From now on what one says to another does not arrive if `isCut` says so. */
  cut(isCut: (from: NodeId, to: NodeId) => boolean): void {
    this.#isCut = isCut;
  }

  heal(): void {
    this.cut(() => false);
  }

  /** Election timers run out, and all that follows from it happens. */
  timeout(...ids: readonly NodeId[]): void {
    for (const id of ids) this.event(id, electionTimeout);
    this.deliver();
  }

  /** So many heartbeat intervals pass at some servers. */
  heartbeat(id: NodeId, times = 1): void {
    for (let time = 0; time < times; time += 1) {
      this.event(id, heartbeatTimeout);
      this.deliver();
    }
  }

  /** Those servers have heard no leader for the shortest election timeout. */
  silence(...ids: readonly NodeId[]): void {
    for (const id of ids) this.event(id, { type: "leaderSilent" });
  }

  /** A client proposes at a server, and all that follows from it happens. */
  propose(id: NodeId, ...commands: readonly Command[]): void {
    this.event(id, propose(...commands));
    this.deliver();
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
    server.view = server.log.snapshot();
    const after = observe(server);
    const all = [...this.#servers.values()].map(observe);
    claim([
      ...checkStep(before, after),
      ...checkState(after),
      ...this.#leaders.observe(after),
      ...checkCluster(all),
    ]);
  }

  #perform({ config, log: of, told }: Server, effect: Effect<Command>): void {
    if (ANSWERS.includes(effect.type)) told.push(effect);
    if (effect.type === "truncateLog") of.truncate(effect.after);
    if (effect.type === "appendLog") of.append(effect.entries);
    if (effect.type === "compactLog") of.compact(effect.upTo);
    if (effect.type === "installSnapshot") of.reset(positionOf(effect.snapshot));
    if (effect.type !== "send") return;
    const { to, uid: toUid, message } = effect;
    this.packets.push({ from: config.id, fromUid: config.uid, to, toUid, message });
  }
}

function observe({ config, state, view }: Server): Observed<Command> {
  return { env: { config, log: view }, state };
}

function claim(violations: readonly string[]): void {
  if (violations.length > 0) throw new Error(violations.join("; "));
}
