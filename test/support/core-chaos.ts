import {
  changeMembership,
  decides,
  isJoint,
  isMember,
  leaveJoint,
  uidOf,
  type Change,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import { Chance } from "./chance.ts";
import { Cluster } from "./core-cluster.ts";
import {
  a,
  b,
  c,
  d,
  e,
  electionTimeout,
  f,
  heartbeatTimeout,
  propose,
  type Command,
} from "./core.ts";

/** What may happen, and how often beside the others. */
const ACTS = {
  deliver: 50,
  drop: 3,
  duplicate: 4,
  calm: 14,
  beginSync: 8,
  finishSync: 8,
  apply: 10,
  heartbeat: 8,
  timeout: 4,
  propose: 10,
  read: 6,
  beginSnapshot: 4,
  finishSnapshot: 4,
  compact: 2,
  crash: 2,
  restart: 6,
  partition: 1,
  heal: 3,
  transfer: 2,
  change: 5,
  wipe: 1,
  damage: 1,
} as const;

type Act = keyof typeof ACTS;

const DECK = (Object.entries(ACTS) as [Act, number][]).flatMap(([act, times]) =>
  Array.from({ length: times }, () => act),
);

/** Servers that may be added beside those that the cluster began with. */
const SPARES = [d, e, f];

/**
 * A cluster in which everything happens that may, as a seed has it: faults of network, disks and processes, changes of
 * membership, snapshots, transfers and reads, and clients that propose. What is asked of it can be survived: those that
 * still have what they promised to hold are always enough to decide.
 */
export class Chaos {
  readonly cluster: Cluster;
  readonly #chance: Chance;
  #proposed = 0;
  /** Events that happened. */
  acts = 0;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    const voters = [a, b, c].slice(0, 1 + this.#chance.below(3));
    this.cluster = new Cluster({
      voters,
      preVote: true,
      quorumBeats: 3,
      keptEntries: this.#chance.below(4),
      maxAppendBytes: 1 + this.#chance.below(6),
      maxInflight: 1 + this.#chance.below(4),
      chunkBytes: 8 + this.#chance.below(24),
      lazy: true,
    });
  }

  run(times: number): void {
    for (let time = 0; time < times; time += 1) this.#act(this.#pick(DECK));
  }

  /** Faults stop: the cluster elects, converges and serves, and has lost nothing of what it acknowledged. */
  end(): readonly Command[] {
    const { cluster } = this;
    const lead = cluster.converge();
    this.#propose(lead);
    cluster.read(lead);
    cluster.converge();
    cluster.checkMachines();
    return cluster.server(lead).machine.commands;
  }

  #act(act: Act): void {
    this.acts += 1;
    const { cluster } = this;
    const id = this.#pick(cluster.ids);
    switch (act) {
      case "deliver":
      case "drop":
      case "duplicate":
        return cluster[act](this.#below(cluster.packets.length));
      case "calm":
        return this.#calm(this.#below(16));
      case "beginSync":
      case "finishSync":
      case "beginSnapshot":
      case "finishSnapshot":
      case "restart":
      case "read":
        return cluster[act](id);
      case "apply":
        return cluster.apply(id, 1 + this.#below(4));
      case "heartbeat":
        for (const each of cluster.ids)
          if (this.#chance.next() < 0.8) cluster.event(each, heartbeatTimeout);
        return undefined;
      case "timeout":
        return this.#timeout(id);
      case "propose":
        return this.#propose(cluster.leader() ?? id);
      case "compact":
        return cluster.event(id, { type: "compact", keptEntries: this.#below(3) });
      case "crash":
        return this.#crash(id);
      case "partition":
        return this.#partition();
      case "heal":
        return cluster.heal();
      case "transfer":
        return cluster.event(cluster.leader() ?? id, {
          type: "transfer",
          target: this.#pick([undefined, ...cluster.ids]),
        });
      case "change":
        return this.#change(cluster.leader() ?? id);
      case "wipe":
        return this.#survivable(id) ? void cluster.renew(id) : undefined;
      case "damage":
        return this.#survivable(id) ? this.#damage(id) : undefined;
      default:
        return act satisfies never;
    }
  }

  /** For a while nothing is lost, and nothing late. */
  #calm(packets: number): void {
    const { cluster } = this;
    for (let left = packets; left > 0; left -= 1) {
      for (const id of cluster.ids) cluster.sync(id);
      cluster.deliver(0);
    }
    for (const id of cluster.ids) cluster.apply(id, 2);
  }

  /** Some have not heard the leader either. */
  #timeout(id: NodeId): void {
    for (const each of this.cluster.ids)
      if (this.#chance.next() < 0.7) this.cluster.event(each, { type: "leaderSilent" });
    this.cluster.event(id, electionTimeout);
  }

  #propose(id: NodeId): void {
    const commands = Array.from({ length: 1 + this.#below(2) }, () => `${(this.#proposed += 1)}`);
    this.cluster.event(id, propose(...commands));
  }

  #crash(id: NodeId): void {
    this.cluster.crash(id, this.#pick(["nothing", "batch", "everything"] as const));
    if (this.#chance.next() < 0.5) this.#mourn(id);
  }

  #mourn(node: NodeId): void {
    for (const each of this.cluster.ids) this.cluster.event(each, { type: "peerDown", node });
  }

  #damage(id: NodeId): void {
    this.cluster.crash(id, "everything");
    this.cluster.damage(id, 1 + this.#below(3));
    this.#mourn(id);
  }

  #partition(): void {
    const inside = this.cluster.ids.filter(() => this.#chance.next() < 0.5);
    this.cluster.partition(
      inside,
      this.cluster.ids.filter((id) => !inside.includes(id)),
    );
  }

  #change(lead: NodeId): void {
    const { cluster } = this;
    const membership = cluster.membership(lead);
    const changes = this.#wishes(membership);
    const result = changeMembership(membership, changes);
    if (result.type === "changed" && !this.#decided(result.membership)) return;
    cluster.event(lead, { type: "changeMembership", changes });
  }

  #wishes(membership: Membership): readonly Change[] {
    const count = this.#chance.next() < 0.7 ? 1 : 2;
    return Array.from({ length: count }, () => this.#wish(membership));
  }

  #wish(membership: Membership): Change {
    const strangers = [...new Set([...SPARES, ...this.cluster.ids])].filter((node) =>
      this.#isForgotten(node),
    );
    const node = this.#pick([...membership.voters, ...membership.learners]);
    const uid = uidOf(membership, node);
    const stranger = this.#pick(strangers);
    const kind = this.#below(6);
    if (kind < 3 && stranger !== undefined) return this.#welcome(stranger, node, kind);
    if (kind === 3) return { type: "addVoter", node, uid };
    if (kind === 4)
      return { type: "addLearner", node, uid, promote: this.#below(2) === 0, replaces: undefined };
    return { type: "remove", node };
  }

  /** A new server, as a voter at once, or when it has caught up, and then perhaps in another's place. */
  #welcome(node: NodeId, other: NodeId, kind: number): Change {
    const uid = this.cluster.renew(node);
    if (kind === 0) return { type: "addVoter", node, uid };
    const replaces = kind === 1 ? other : undefined;
    return { type: "addLearner", node, uid, promote: true, replaces };
  }

  /** Whether no membership that may still be in force knows a server. */
  #isForgotten(node: NodeId): boolean {
    return this.#memberships().every((membership) => !isMember(membership, node));
  }

  /** Whether those that have what they promised to hold can decide without `id`, whatever is in force. */
  #survivable(id: NodeId): boolean {
    return this.#memberships().every((membership) => this.#decided(membership, id));
  }

  #memberships(): readonly Membership[] {
    return [
      this.cluster.committedMembership,
      ...this.cluster.ids
        .filter((id) => this.cluster.isAhead(id))
        .map((id) => this.cluster.membership(id)),
    ];
  }

  /** Whether they can decide in a membership, and in those that come of it by themselves. */
  #decided(membership: Membership, without?: NodeId): boolean {
    const whole = (each: Membership): readonly NodeId[] =>
      this.cluster.ids.filter((id) => id !== without && this.cluster.isWhole(id, each));
    const left = isJoint(membership) ? leaveJoint(membership) : undefined;
    const after = left?.type === "changed" ? left.membership : membership;
    const { promotions, voters } = after;
    const promoted = promotions.map(({ node, replaces }) => ({
      ...after,
      voters: [...voters.filter((voter) => voter !== replaces), node],
    }));
    return [membership, after, ...promoted].every((each) => decides(each, whole(each)));
  }

  #below(bound: number): number {
    return this.#chance.below(Math.max(bound, 1));
  }

  #pick<T>(choices: readonly T[]): T {
    const [first] = choices;
    if (first === undefined) return first as T;
    return choices[this.#below(choices.length)] ?? first;
  }
}
