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

/** Servers that may be added to those that the cluster began with. */
const SPARES = [d, e, f, g];

/** Changes the membership of a cluster at random, and knows what the cluster survives. */
export class Operator {
  readonly #cluster: Cluster;
  readonly #chance: Chance;

  constructor(cluster: Cluster, chance: Chance) {
    this.#cluster = cluster;
    this.#chance = chance;
  }

  /** Requests a change from a leader, if the servers that decide afterwards have what they promised to hold. */
  change(lead: NodeId): void {
    const cluster = this.#cluster;
    const membership = cluster.membership(lead);
    const changes = this.#randomChanges(membership);
    const result = changeMembership(membership, changes);
    if (result.type === "changed" && !this.#decided(result.membership)) return;
    cluster.event(lead, { type: "changeMembership", changes });
  }

  #randomChanges(membership: Membership): readonly Change[] {
    const count = this.#chance.next() < 0.7 ? 1 : 2;
    return Array.from({ length: count }, () => this.#randomChange(membership));
  }

  #randomChange(membership: Membership): Change {
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

  /** Adds a server: as a voter at once, or after it has caught up, perhaps in place of another. */
  #welcome(node: NodeId, other: NodeId, kind: number): Change {
    const uid = this.#cluster.renew(node);
    if (kind === 0) return { type: "addVoter", node, uid };
    const replaces = kind === 1 ? other : undefined;
    return { type: "addLearner", node, uid, promote: true, replaces };
  }

  /** Whether no membership that may still be in force contains a server. */
  #isForgotten(node: NodeId): boolean {
    return this.#memberships().every((membership) => !isMember(membership, node));
  }

  /** Whether the servers that hold what they promised can decide without `id`, whatever is in force. */
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

  /** Whether they can decide in a membership, and in those that follow from it automatically. */
  #decided(membership: Membership, without?: NodeId): boolean {
    const intact = (each: Membership): readonly NodeId[] =>
      this.#cluster.ids.filter((id) => id !== without && this.#cluster.isIntact(id, each));
    const left = isJoint(membership) ? leaveJoint(membership) : undefined;
    const after = left?.type === "changed" ? left.membership : membership;
    const { promotions, voters } = after;
    const promoted = promotions.map(({ node, replaces }) => ({
      ...after,
      voters: [...voters.filter((voter) => voter !== replaces), node],
    }));
    return [membership, after, ...promoted].every((each) => decides(each, intact(each)));
  }
}
