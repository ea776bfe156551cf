import { membersOf, type NodeId } from "@kontiki/core";
import { Chance } from "./chance.ts";
import { Cluster } from "./cluster.ts";
import { Operator } from "./operator.ts";
import { scattered } from "./scattered.ts";
import { a, b, c, d, e, electionTimeout, heartbeatTimeout, propose, type Command } from "./core.ts";

/** What may happen, with its weight. */
const ACTS = {
  deliver: 40,
  drop: 2,
  duplicate: 4,
  calm: 16,
  beginSync: 8,
  finishSync: 8,
  apply: 10,
  heartbeat: 8,
  timeout: 5,
  propose: 14,
  read: 6,
  beginSnapshot: 8,
  finishSnapshot: 10,
  compact: 3,
  diskError: 4,
  crash: 2,
  restart: 8,
  partition: 1,
  heal: 4,
  reign: 3,
  transfer: 2,
  change: 4,
  wipe: 1,
  damage: 2,
  scatter: 3,
} as const;

type Act = keyof typeof ACTS;

const DECK = (Object.entries(ACTS) as [Act, number][]).flatMap(([act, times]) =>
  Array.from({ length: times }, () => act),
);

/**
 * A cluster under every kind of fault, as a seed chooses them: faults of network, disks and processes, membership
 * changes, snapshots, transfers and reads, and clients that propose. The faults can always be survived: enough servers
 * keep what they promised to hold to decide.
 */
export class Chaos {
  readonly cluster: Cluster;
  readonly #chance: Chance;
  readonly #operator: Operator;
  #proposed = 0;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    const voters = [a, b, c, d, e].slice(0, 1 + this.#chance.below(5));
    this.cluster = new Cluster({
      voters,
      preVote: true,
      quorumBeats: 3,
      keptEntries: this.#chance.below(4),
      maxAppendBytes: 1 + this.#chance.below(6),
      maxInflight: 1 + this.#chance.below(4),
      chunkBytes: 4 + this.#chance.below(16),
      lazy: true,
    });
    this.#operator = new Operator(this.cluster, this.#chance);
  }

  run(times: number): void {
    for (let time = 0; time < times; time += 1) this.#act(this.#pick(DECK));
  }

  /** Stops all faults: the cluster elects, converges and serves. Returns what each member has applied. */
  end(): readonly (readonly Command[])[] {
    const { cluster } = this;
    const first = cluster.converge();
    this.#propose(first);
    for (const id of membersOf(cluster.membership(first))) cluster.read(id);
    const lead = cluster.converge();
    cluster.checkMachines();
    return membersOf(cluster.membership(lead)).map((id) => cluster.server(id).machine.commands);
  }

  #act(act: Act): void {
    const { cluster } = this;
    const id = this.#pick(cluster.ids);
    switch (act) {
      case "deliver":
      case "drop":
      case "duplicate":
        return cluster[act](this.#below(cluster.packets.length));
      case "calm":
        return this.#calm(this.#below(24));
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
      case "reign":
        return this.#reign(id);
      case "propose":
        return this.#propose(this.#pick(this.#leaders(id)));
      case "diskError":
        cluster.server(id).failsOnce = true;
        return undefined;
      case "compact":
        return cluster.event(id, { type: "compact", keptEntries: this.#below(3) });
      case "crash":
        return this.#crash(id);
      case "partition":
        return this.#partition();
      case "heal":
        return cluster.heal();
      case "transfer":
        return cluster.event(this.#pick(this.#leaders(id)), {
          type: "transfer",
          target: this.#pick([undefined, ...cluster.ids]),
        });
      case "change":
        return this.#operator.change(this.#pick(this.#leaders(id)));
      case "wipe":
        return this.#operator.canSpare(id) ? void cluster.renew(id) : undefined;
      case "damage":
        return this.#operator.canSpare(id) ? this.#damage(id) : undefined;
      case "scatter":
        return this.#scatter();
      default:
        return act satisfies never;
    }
  }

  /** A calm phase: nothing is lost, and only some disks are late. */
  #calm(packets: number): void {
    const { cluster } = this;
    const quick = cluster.ids.filter(() => this.#chance.next() < 0.8);
    for (let left = packets; left > 0; left -= 1) {
      for (const id of quick) if (cluster.server(id).isUnsynced) cluster.sync(id);
      cluster.deliver(0);
    }
    for (const id of cluster.ids) cluster.apply(id, 2);
  }

  /**
   * A server is elected in a part of the cluster, and some of what is proposed to it is replicated; earlier leaders
   * that do not know of it yet are asked for what they hold.
   */
  #reign(id: NodeId): void {
    const { cluster } = this;
    const others = cluster.ids.filter((each) => each !== id && this.#chance.next() < 0.6);
    cluster.partition([id, ...others]);
    for (let tries = 0; tries < 2 && cluster.state(id).role.type !== "leader"; tries += 1) {
      for (const each of others) cluster.event(each, { type: "leaderSilent" });
      cluster.event(id, electionTimeout);
      this.#calm(8 + this.#below(12));
    }
    this.#propose(id);
    this.#calm(this.#below(12));
    for (const each of this.#leaders(id)) cluster.read(each);
  }

  /** Some of the other servers have not heard the leader either. */
  #timeout(id: NodeId): void {
    for (const each of this.cluster.ids)
      if (this.#chance.next() < 0.7) this.cluster.event(each, { type: "leaderSilent" });
    this.cluster.event(id, electionTimeout);
  }

  /** All servers that lead, even in an old term; `id` if there are none. */
  #leaders(id: NodeId): readonly NodeId[] {
    const { cluster } = this;
    const found = cluster.ids.filter((each) => cluster.state(each).role.type === "leader");
    return found.length === 0 ? [id] : found;
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
    const last = this.cluster.log(id).lastIndex;
    const count = 1 + this.#below(3);
    this.cluster.damage(id, (at) => at > last - count);
    this.#mourn(id);
    this.cluster.restart(id);
    if (this.#chance.next() < 0.5) this.#reign(this.#pick(this.cluster.ids));
  }

  /** Damages several logs at once; every entry stays intact on at least one disk. */
  #scatter(): void {
    const { cluster } = this;
    const lost = scattered(cluster, this.#chance);
    for (const [id, places] of lost) {
      cluster.crash(id, "everything");
      cluster.damage(id, (at) => places.has(at));
      this.#mourn(id);
    }
    for (const id of lost.keys()) cluster.restart(id);
    if (lost.size > 0) cluster.milestones.counts.logsScattered += 1;
  }

  #partition(): void {
    const inside = this.cluster.ids.filter(() => this.#chance.next() < 0.5);
    this.cluster.partition(
      inside,
      this.cluster.ids.filter((id) => !inside.includes(id)),
    );
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
