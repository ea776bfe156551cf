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
  /** Its effects besides messages, writes and timers, since they were last read. */
  told: Effect<Command>[];
};

/** Effects for clients and operators, and shortened timers. */
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
 * A script for several pure servers: exactly what the test says happens, in that order.
 *
 * Disks complete at once, so that only messages are in flight. By default, pre-vote is on, and a leader steps down
 * after three heartbeats without its majority. After every step all invariants are checked; a broken one throws.
 */
export class Script {
  /** Messages in flight, in the order in which they were sent. */
  readonly packets: Packet[] = [];
  readonly #servers = new Map<NodeId, Server>();
  readonly #leaders = new Leaders();
  readonly #options: Partial<Config> & { readonly voters: readonly NodeId[] };
  #isCut: (from: NodeId, to: NodeId) => boolean = () => false;

  constructor({ logs = {}, hard = {}, ...options }: ScriptOptions) {
    this.#options = { preVote: true, quorumBeats: 3, ...options };
    for (const id of options.voters) this.start(id, {}, log(logs[id] ?? []), hard[id]);
  }

  /** Starts a server, also a new one, from what its disk holds. */
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

  /** Crashes a server and starts it again with its disk. */
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

  /** The role of each server. */
  get roles(): Readonly<Record<string, Role["type"]>> {
    return Object.fromEntries([...this.#servers].map(([id, { state }]) => [id, state.role.type]));
  }

  /** The term of each server. */
  get terms(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#servers].map(([id, { state }]) => [id, state.term]));
  }

  /** What a server answered its clients and operators since this was last called. */
  told(id: NodeId): readonly Effect<Command>[] {
    return this.#server(id).told.splice(0);
  }

  /** Handles an event at a server, completes its disk writes, and then sends what it may. */
  event(id: NodeId, event: Event<Command>): void {
    const server = this.#server(id);
    this.#step(server, event);
    while (server.state.durable < server.log.lastIndex) {
      const { index, term } = lastPosition(server.log);
      this.#step(server, { type: "durable", index, term });
    }
    this.#step(server, { type: "replicate" });
  }

  /** Delivers messages in flight, and those that follow, if `wanted`; the rest stays in flight. */
  deliver(wanted: (packet: Packet) => boolean = () => true): void {
    for (let times = 0; ; times += 1) {
      if (times > 5000) throw new Error("the servers never stop sending");
      const at = this.packets.findIndex(wanted);
      const [packet] = at === -1 ? [] : this.packets.splice(at, 1);
      if (packet === undefined) return;
      if (this.#isCut(packet.from, packet.to) || !this.#servers.has(packet.to)) continue;
      this.event(packet.to, from(packet.from, packet.message, packet));
    }
  }

  /** Loses messages in flight. Returns them, so that a test can send them again. */
  drop(wanted: (packet: Packet) => boolean = () => true): readonly Packet[] {
    const lost = this.packets.filter(wanted);
    const kept = this.packets.filter((packet) => !wanted(packet));
    this.packets.splice(0, this.packets.length, ...kept);
    return lost;
  }

  /** From now on messages pass only within a group. A server in no group is alone. */
  partition(...groups: readonly (readonly NodeId[])[]): void {
    this.cut((one, other) => !groups.some((ids) => ids.includes(one) && ids.includes(other)));
  }

  /** From now on messages between two servers do not arrive if `isCut` says so. */
  cut(isCut: (from: NodeId, to: NodeId) => boolean): void {
    this.#isCut = isCut;
  }

  heal(): void {
    this.cut(() => false);
  }

  /** Fires election timers, and lets everything that follows happen. */
  timeout(...ids: readonly NodeId[]): void {
    for (const id of ids) this.event(id, electionTimeout);
    this.deliver();
  }

  /** Lets this many heartbeat intervals pass at a server. */
  heartbeat(id: NodeId, times = 1): void {
    for (let time = 0; time < times; time += 1) {
      this.event(id, heartbeatTimeout);
      this.deliver();
    }
  }

  /** These servers have heard no leader for the shortest election timeout. */
  silence(...ids: readonly NodeId[]): void {
    for (const id of ids) this.event(id, { type: "leaderSilent" });
  }

  /** Proposes at a server, and lets everything that follows happen. */
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
