import {
  changeMembership,
  decides,
  isJoint,
  isMember,
  leaveJoint,
  membersOf,
  uidOf,
  type Change,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import type { Chance } from "./chance.ts";
import type { Cluster } from "./cluster.ts";
import { a, d, e, f, g } from "./core.ts";

/** Servers that may be added beside those that the cluster began with. */
const SPARES = [d, e, f, g];

/** Changes the membership of a cluster at random, and knows what it survives. */
export class Operator {
  readonly #cluster: Cluster;
  readonly #chance: Chance;

  constructor(cluster: Cluster, chance: Chance) {
    this.#cluster = cluster;
    this.#chance = chance;
  }

  /** Asks a leader for some change, if those who decide then have what they promised to hold. */
  change(lead: NodeId): void {
    const cluster = this.#cluster;
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
    const strangers = [...new Set([...SPARES, ...this.#cluster.ids])].filter((node) =>
      this.#isForgotten(node),
    );
    const node = this.#chance.pick(membersOf(membership)) ?? a;
    const uid = uidOf(membership, node);
    const stranger = this.#chance.pick(strangers);
    const kind = this.#chance.below(6);
    if (kind < 3 && stranger !== undefined) return this.#welcome(stranger, node, kind);
    if (kind === 3) return { type: "addVoter", node, uid };
    if (kind === 4)
      return {
        type: "addLearner",
        node,
        uid,
        promote: this.#chance.below(2) === 0,
        replaces: undefined,
      };
    return { type: "remove", node };
  }

  /** A new server, as a voter at once, or when it has caught up, and then perhaps in another's place. */
  #welcome(node: NodeId, other: NodeId, kind: number): Change {
    const uid = this.#cluster.renew(node);
    if (kind === 0) return { type: "addVoter", node, uid };
    const replaces = kind === 1 ? other : undefined;
    return { type: "addLearner", node, uid, promote: true, replaces };
  }

  /** Whether no membership that may still be in force knows a server. */
  #isForgotten(node: NodeId): boolean {
    return this.#memberships().every((membership) => !isMember(membership, node));
  }

  /** Whether those that have what they promised to hold can decide without `id`, whatever is in force. */
  canSpare(id: NodeId): boolean {
    return this.#memberships().every((membership) => this.#decided(membership, id));
  }

  #memberships(): readonly Membership[] {
    return [
      this.#cluster.committedMembership,
      ...this.#cluster.ids
        .filter((id) => this.#cluster.isAhead(id))
        .map((id) => this.#cluster.membership(id)),
    ];
  }

  /** Whether they can decide in a membership, and in those that come of it by themselves. */
  #decided(membership: Membership, without?: NodeId): boolean {
    const whole = (each: Membership): readonly NodeId[] =>
      this.#cluster.ids.filter((id) => id !== without && this.#cluster.isWhole(id, each));
    const left = isJoint(membership) ? leaveJoint(membership) : undefined;
    const after = left?.type === "changed" ? left.membership : membership;
    const { promotions, voters } = after;
    const promoted = promotions.map(({ node, replaces }) => ({
      ...after,
      voters: [...voters.filter((voter) => voter !== replaces), node],
    }));
    return [membership, after, ...promoted].every((each) => decides(each, whole(each)));
  }
}
