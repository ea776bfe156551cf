import {
  INITIAL_HARD_STATE,
  isMember,
  isVoter,
  makeConfig,
  membershipOf,
  membersOf,
  uidOf,
  type Config,
  type Entry,
  type Event,
  type HardState,
  type MemoryLog,
  type Membership,
  type NodeId,
  type State,
} from "@kontiki/core";
import { Claims } from "./claims.ts";
import { Clients } from "./clients.ts";
import { Milestones } from "./milestones.ts";
import { Network, type Packet } from "./network.ts";
import { damaged } from "./damage.ts";
import { Server, type Disk, type Kept } from "./server.ts";
import { Sometimes } from "./sometimes.ts";
import {
  electionTimeout,
  from,
  heartbeatTimeout,
  log,
  PAPER,
  propose,
  type Command,
} from "./core.ts";

export type { Kept } from "./server.ts";

export type ClusterOptions = Partial<Omit<Config, "id" | "voters" | "uid">> & {
  readonly voters: readonly NodeId[];
  /** What some disks hold at the start: a term, a vote and the terms of the entries. */
  readonly disks?: Readonly<
    Record<string, { readonly hard: HardState; readonly log: readonly number[] }>
  >;
  /** The most bytes of a snapshot in one message. */
  readonly chunkBytes?: number;
  /** Whether entries are applied only on request of the test, not as soon as they are committed. */
  readonly lazy?: boolean;
};

/**
 * A cluster of pure servers, driven by hand: nothing happens unless a test does it.
 *
 * A disk holds what was synced, and a crash loses the rest. After every step all invariants are checked; a broken one
 * throws.
 */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #network = new Network();
  readonly #claims: Claims;
  readonly clients = new Clients();
  readonly #sometimes = new Sometimes();
  readonly milestones = new Milestones();
  /** A stopped server is listed as it will start. */
  readonly #servers = new Map<NodeId, Server>();
  readonly #down = new Set<NodeId>();
  #lastUid = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#claims = new Claims(options.voters);
    for (const id of options.voters) {
      const { hard = INITIAL_HARD_STATE, log: terms = [] } = options.disks?.[id] ?? {};
      const image = { hard, log: log(terms), horizon: undefined };
      this.#begin(id, 0, { image, files: [], salvage: [] });
    }
  }

  get ids(): readonly NodeId[] {
    return [...this.#servers.keys()];
  }

  get packets(): Packet[] {
    return this.#network.packets;
  }

  /** All entries that any server ever reported as committed, in order. */
  get committed(): readonly Entry<Command>[] {
    return this.#claims.committed;
  }

  get sometimes(): Sometimes["counts"] {
    return this.#sometimes.counts;
  }

  server(id: NodeId): Server {
    const server = this.#servers.get(id);
    if (server === undefined) throw new Error(`there is no server ${id}`);
    return server;
  }

  state(id: NodeId): State {
    return this.server(id).state;
  }

  log(id: NodeId): MemoryLog<Command> {
    return this.server(id).view;
  }

  isUp(id: NodeId): boolean {
    return this.#servers.has(id) && !this.#down.has(id);
  }

  /** The last membership that was reported as committed. */
  get committedMembership(): Membership {
    return this.#claims.membershipAt(this.committed.length);
  }

  /** Whether a server knows of a membership that was not yet reported as committed. */
  isAhead(id: NodeId): boolean {
    const known = this.state(id).memberships.at(-1);
    return known !== undefined && known.index > this.committed.length;
  }

  /** Whether a server holds everything that it promised, and is a member with its present disk. */
  isIntact(id: NodeId, membership: Membership): boolean {
    const { config, state, disk } = this.server(id);
    const isDamaged = state.horizon !== undefined || disk.image.horizon !== undefined;
    return uidOf(membership, id) === config.uid && !isDamaged;
  }

  /** The membership that a server knows. */
  membership(id: NodeId): Membership {
    const { env, state } = this.server(id).observed;
    return membershipOf(env, state);
  }

  /**
   * The leader of the latest term, if it is running: not one that is deposed and does not know it yet. A server that was
   * removed may be in a later term, which no member hears of.
   */
  leader(): NodeId | undefined {
    const up = this.ids.filter((id) => this.isUp(id));
    const termOf = (id: NodeId): number => this.state(id).term;
    const leading = up.filter((id) => this.state(id).role.type === "leader");
    const [latest] = leading.toSorted((one, other) => termOf(other) - termOf(one));
    if (latest === undefined) return undefined;
    const peers = up.filter((id) => isMember(this.membership(latest), id));
    return peers.some((id) => termOf(id) > termOf(latest)) ? undefined : latest;
  }

  /** Handles an event at a server, which then sends what it may. A stopped server handles nothing. */
  event(id: NodeId, event: Event<Command>): void {
    if (!this.isUp(id)) return;
    const server = this.server(id);
    const coming = [event, { type: "replicate" } as const];
    for (let next = coming.shift(); next !== undefined; next = coming.shift())
      coming.unshift(...this.#step(server, next));
    if (this.#options.lazy !== true) this.apply(id, Number.MAX_SAFE_INTEGER);
  }

  /** Applies up to this many committed entries at a server, and answers the clients that wait for them. */
  apply(id: NodeId, most: number): void {
    const server = this.server(id);
    if (!this.isUp(id)) return;
    for (const entry of server.apply(most)) this.clients.applied(server, entry);
    this.clients.answerReads(server);
  }

  /** Delivers the packet at `at`, unless its target is stopped or unreachable. */
  deliver(at: number): void {
    const packet = this.#network.take(at);
    if (packet !== undefined) this.event(packet.to, from(packet.from, packet.message, packet));
  }

  drop(at: number): void {
    this.#network.take(at);
  }

  duplicate(at: number): void {
    this.#network.duplicate(at);
  }

  /** From now on packets pass only within a group. A server in no group is alone. */
  partition(...groups: readonly (readonly NodeId[])[]): void {
    this.#network.partition(groups);
  }

  heal(): void {
    this.#network.heal();
  }

  /** Starts to sync what is written by now. Later writes wait for the next sync. */
  beginSync(id: NodeId): void {
    if (this.isUp(id)) this.server(id).beginSync();
  }

  /** Completes the sync: promises leave, and the server learns how much of its log is durable. */
  finishSync(id: NodeId): void {
    if (!this.isUp(id)) return;
    for (const event of this.server(id).finishSync(this.packets)) this.event(id, event);
  }

  sync(id: NodeId): void {
    this.finishSync(id);
    this.beginSync(id);
    this.finishSync(id);
  }

  beginSnapshot(id: NodeId): void {
    if (this.isUp(id)) this.server(id).beginSnapshot();
  }

  finishSnapshot(id: NodeId): void {
    const taken = this.isUp(id) ? this.server(id).finishSnapshot() : undefined;
    if (taken !== undefined) this.event(id, taken);
  }

  /** A client reads at a server. */
  read(id: NodeId): void {
    if (!this.isUp(id)) return;
    this.event(id, { type: "read", id: this.clients.ask(this.server(id)), leased: false });
  }

  crash(id: NodeId, kept: Kept = "nothing"): void {
    if (!this.isUp(id)) return;
    const server = this.server(id);
    const disk = server.crash(kept);
    if (disk.image.log.lastIndex < server.view.lastIndex) {
      this.sometimes.lostUnsynced += 1;
      this.milestones.counts.unsyncedLost += 1;
    }
    this.#down.add(id);
    this.#begin(id, server.config.uid, disk);
  }

  restart(id: NodeId): void {
    if (!this.#down.delete(id)) return;
    const server = this.server(id);
    this.sometimes.restarted += 1;
    this.milestones.counts.restarted += 1;
    this.#claims.restarted(server);
    this.#claims.changed(server, this.#up, this.#all);
  }

  /** Damages entries on the disk of a stopped server. */
  damage(id: NodeId, isLost: (at: number) => boolean): void {
    if (!this.#down.has(id)) return;
    const { config, disk } = this.server(id);
    this.#begin(id, config.uid, damaged(disk, isLost));
  }

  /** Starts a server with an empty disk and a new uid: a new server, or one that lost everything. */
  renew(id: NodeId): number {
    this.crash(id);
    this.#lastUid += 1;
    this.#begin(id, this.#lastUid, {
      image: { hard: INITIAL_HARD_STATE, log: log([]), horizon: undefined },
      files: [],
      salvage: [],
    });
    this.#down.delete(id);
    return this.#lastUid;
  }

  /** Delivers all packets in order and syncs all disks, until nothing more happens. */
  settle(): void {
    const unsynced = () => this.ids.filter((id) => this.isUp(id) && this.server(id).isUnsynced);
    until(
      () => this.packets.length === 0 && unsynced().length === 0,
      () => {
        for (const id of unsynced()) this.sync(id);
        this.deliver(0);
      },
    );
  }

  /** Fires a server's election timer, and lets everything that follows happen. */
  campaign(id: NodeId): void {
    this.event(id, electionTimeout);
    this.settle();
  }

  /** Proposes at a server, and lets everything that follows happen. */
  propose(id: NodeId, ...commands: readonly Command[]): void {
    this.event(id, propose(...commands));
    this.settle();
  }

  /** Lets one heartbeat interval pass in which nothing is lost. */
  heartbeat(): void {
    for (const id of this.ids) this.event(id, heartbeatTimeout);
    this.settle();
  }

  /**
   * Stops all faults. Election timers fire one after another, as the drawn timeouts make likely, and the cluster has to
   * elect a leader, finish the membership changes that it began, make all logs equal and commit them.
   *
   * @throws when it does not.
   */
  converge(): NodeId {
    this.heal();
    for (const id of this.ids) this.restart(id);
    for (let round = 0; round < 8 * this.ids.length; round += 1) {
      this.settle();
      this.heartbeat();
      for (const id of this.ids) this.apply(id, Number.MAX_SAFE_INTEGER);
      const lead = this.leader();
      const next = this.ids[round % this.ids.length];
      if (lead === undefined && next !== undefined) {
        for (const id of this.ids) this.event(id, { type: "leaderSilent" });
        this.campaign(next);
      }
      if (lead !== undefined && this.#isInLineWith(lead)) return lead;
    }
    throw new Error("the cluster did not recover");
  }

  /** Checks what must hold at the end, besides what must always hold. */
  checkMachines(): void {
    for (const id of this.ids) this.#claims.machine(this.server(id));
  }

  #isInLineWith(lead: NodeId): boolean {
    const last = this.log(lead).lastIndex;
    const membership = this.membership(lead);
    if (!isVoter(membership, lead) || membership.outgoing.length > 0) return false;
    if (membership.promotions.length > 0) return false;
    return membersOf(membership).every(
      (id) => this.log(id).lastIndex === last && this.state(id).commit === last,
    );
  }

  get #all(): readonly Server[] {
    return [...this.#servers.values()];
  }

  get #up(): readonly Server[] {
    return this.#all.filter(({ config }) => this.isUp(config.id));
  }

  #begin(id: NodeId, uid: number, disk: Disk): void {
    const { voters, chunkBytes = 16, disks: _disks, lazy: _lazy, ...limits } = this.#options;
    const config = makeConfig({ ...PAPER, ...limits, id, uid, voters });
    this.#servers.set(id, new Server(config, disk, chunkBytes));
  }

  #step(server: Server, event: Event<Command>): readonly Event<Command>[] {
    const stepped = server.step(event, this.packets);
    this.clients.stepped(server, stepped);
    this.#sometimes.stepped(server, stepped);
    this.milestones.stepped(stepped);
    this.#claims.stepped(server, stepped, this.#up, this.#all);
    if (stepped.effects.some(({ type }) => type === "installSnapshot"))
      this.#claims.machine(server);
    return stepped.next;
  }
}

/** Repeats `act` until `done`. @throws after too many times, instead of hanging. */
export function until(done: () => boolean, act: () => void): void {
  for (let times = 0; !done(); times += 1) {
    if (times > 5000) throw new Error("the condition was never met");
    act();
  }
}
