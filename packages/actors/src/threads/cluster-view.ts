import {
  INDEX_ZERO,
  initialMembership,
  sameMembership,
  TERM_ZERO,
  type Membership,
  type NodeId,
  type Term,
} from "@kontiki/core";
import type { HostView } from "../hosts/host-view.ts";
import type { ClusterEvent, NodeStatus, RaftStatus } from "../mail/status.ts";
import { currentLeader } from "./agreement.ts";
import { newestCommitted, possibleMemberships, withoutDeparted } from "./departed.ts";
import { whyNoLeader, type NoLeader } from "./no-leader.ts";
import type { KnownMembership } from "./node-reports.ts";
import { quorumLoss } from "./quorum-loss.ts";

/** The membership of the cluster, which is the one that its leader uses. */
export type LeaderMembership = KnownMembership & { readonly leader: NodeId };

/** A node, as far as it is known. */
export type ViewedNode = {
  readonly id: NodeId;
  /** The membership that its thread last reported; undefined before it has reported one. */
  readonly membership: KnownMembership | undefined;
  status(): NodeStatus;
};

/** What a view of a cluster begins with. */
export type ViewParts = {
  /** The voters that the cluster began with. */
  readonly voters: readonly NodeId[];
  /** Where the nodes' disks are, for messages; undefined if they are in memory. */
  readonly dataDir: string | undefined;
  /** The present nodes. */
  readonly nodes: () => readonly ViewedNode[];
  /** What other hosts tell of the leader; undefined where there are no other hosts. */
  readonly told?: (() => readonly HostView[]) | undefined;
};

/** What the states of all nodes together say: which node leads, or why none does. */
export class ClusterView {
  readonly #parts: ViewParts;
  readonly #first: KnownMembership;
  #leaderTerm = 0;
  /** The last known membership of a leader, and a term in which it was used: at first the one that the cluster began with. */
  #last: KnownMembership & { readonly term: Term };
  /** The newest membership that is known to be committed. */
  #committed: KnownMembership;

  constructor(parts: ViewParts) {
    this.#parts = parts;
    const membership = initialMembership(parts.voters);
    this.#first = { index: INDEX_ZERO, membership, committed: true };
    this.#last = { ...this.#first, term: TERM_ZERO };
    this.#committed = this.#first;
  }

  /** The event of a node's report, if it is a new leader. */
  newLeader(node: NodeId, { role, term, leader }: RaftStatus): ClusterEvent | undefined {
    const led = role === "leader" ? node : this.#isElsewhere(leader) ? leader : undefined;
    if (led === undefined || term <= this.#leaderTerm) return undefined;
    this.#leaderTerm = term;
    return { type: "leader", node: led, term };
  }

  /** The event of a leader on another host of which that host or a third one tells, if it is new. */
  toldLeader(): ClusterEvent | undefined {
    const told = this.#told();
    if (told === undefined || told.term <= this.#leaderTerm) return undefined;
    this.#leaderTerm = told.term;
    return { type: "leader", node: told.leader, term: told.term };
  }

  /** The event of a membership that is new to the leader: the other nodes learn it too early or too late. */
  newMembership(): ClusterEvent | undefined {
    this.#committed = newestCommitted(this.#reporting(), this.#committed);
    const known = this.#best();
    const before = this.#last;
    if (known === undefined || !this.#isNews(known)) return undefined;
    const { leader, index, membership, committed } = known;
    this.#last = known;
    // A node that has it from a snapshot names the last entry of that.
    const isSame = sameMembership(membership, before.membership);
    if (isSame && committed === before.committed) return undefined;
    return { type: "membership", node: leader, index, membership, committed };
  }

  /** The current leader; undefined while there is none. */
  leader(): NodeId | undefined {
    return this.#best()?.leader;
  }

  /** The membership that the leader uses; undefined while no node leads. */
  leaderMembership(): LeaderMembership | undefined {
    const best = this.#best();
    if (best === undefined) return undefined;
    const { leader, index, membership, committed } = best;
    return { leader, index, membership, committed };
  }

  /** The memberships of which one is in force: that of the leader, or all that may be while no node leads. */
  membershipsInForce(): readonly Membership[] {
    const led = this.#best();
    if (led !== undefined) return [led.membership];
    return possibleMemberships(this.#reporting(), this.#committed);
  }

  /** What nodes here and other hosts report. */
  #reporting(): readonly Pick<ViewedNode, "membership">[] {
    const told = (this.#parts.told?.() ?? []).map((membership) => ({ membership }));
    return [...this.#parts.nodes(), ...told];
  }

  /** Of a leader elsewhere, what a host tells that knows less than another one did, which is silent now, is no news. */
  #isNews(known: HostView): boolean {
    return this.#parts.told === undefined || isLater(known, this.#last);
  }

  /** The latest that is known of the leader, here or on other hosts. */
  #best(): HostView | undefined {
    const [own, told] = [this.own(), this.#told()];
    if (own === undefined || told === undefined) return own ?? told;
    return isLater(told, own) ? told : own;
  }

  /** What the nodes here know of the leader, which other hosts are told. */
  own(): HostView | undefined {
    const leader = this.#leaderHere();
    if (leader === undefined) return undefined;
    const node = this.#parts.nodes().find(({ id }) => id === leader);
    const known = node === undefined ? this.#newest() : (node.membership ?? this.#first);
    return { leader, term: this.#latestTerm(), ...known };
  }

  #leaderHere(): NodeId | undefined {
    const known = this.#present().map((node) => node.status());
    return currentLeader(known, (node) => this.#isElsewhere(node));
  }

  /** What the best of the other hosts tells, unless a voter here knows a later term. */
  #told(): HostView | undefined {
    const told = this.#parts.told?.() ?? [];
    const best = told.reduce<HostView | undefined>(
      (found, each) => (found === undefined || isLater(each, found) ? each : found),
      undefined,
    );
    // The nodes here know better whether one of them leads.
    if (best === undefined || !this.#isElsewhere(best.leader)) return undefined;
    return best.term >= this.#latestTerm() ? best : undefined;
  }

  /** The latest term that a voter here knows. */
  #latestTerm(): Term {
    const terms = this.#present().flatMap((node) => {
      const { raft } = node.status();
      return raft?.votes === true || raft?.role === "leader" ? [raft.term] : [];
    });
    return Math.max(0, ...terms) as Term;
  }

  /** The nodes here that have not left. */
  #present(): readonly ViewedNode[] {
    return withoutDeparted(this.#parts.nodes(), this.#committed);
  }

  #isElsewhere(node: NodeId | undefined): boolean {
    const { told, nodes } = this.#parts;
    return told !== undefined && node !== undefined && !nodes().some(({ id }) => id === node);
  }

  /** The newest membership that a node here knows, where the leader is elsewhere. */
  #newest(): KnownMembership {
    return this.#parts
      .nodes()
      .flatMap(({ membership }) => membership ?? [])
      .reduce((best, each) => (isNewer(each, best) ? each : best), this.#first);
  }

  /**
   * Why no quorum can come unless a node is started, in one line; undefined when one may. Of a host that is not heard from,
   * it is not known whether its nodes run.
   */
  quorumLoss(): string | undefined {
    if (this.#parts.told !== undefined) return undefined;
    const nodes = this.#present().map((node) => {
      const { id, uid, life } = node.status();
      return { id, uid, life, membership: node.membership };
    });
    return quorumLoss(nodes, this.#last);
  }

  /** Why no node leads; undefined while one does, and if an election may succeed at any time. */
  noLeader(): NoLeader | undefined {
    if (this.#parts.told !== undefined) return undefined;
    const known = this.#present().map((node) => ({ node, status: node.status() }));
    if (currentLeader(known.map(({ status }) => status)) !== undefined) return undefined;
    const nodes = known.map(({ node, status }) => ({
      ...status,
      membership: node.membership,
      lacks: status.raft?.lacks,
    }));
    return whyNoLeader(nodes, this.#last, this.#parts.dataDir);
  }
}

function isNewer(one: KnownMembership, other: KnownMembership): boolean {
  return one.index > other.index || (one.index === other.index && one.committed);
}

function isLater(one: HostView, other: KnownMembership & { readonly term: Term }): boolean {
  return one.term > other.term || (one.term === other.term && isNewer(one, other));
}
