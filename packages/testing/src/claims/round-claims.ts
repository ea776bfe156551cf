import {
  initialMembership,
  type Membership,
  type Message,
  type NodeId,
  type State,
} from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { CoreStep } from "../engine/observer.ts";
import type { Report } from "./report.ts";

/** What a server has sent and received while it leads one term. */
type Lead = {
  readonly term: number;
  /** The latest round in any message that it sent. */
  sent: number;
  /** The latest round that each other server has answered. */
  readonly answered: Map<NodeId, number>;
  /**
   * For each read, the latest round that had been sent when the read came: a later one must be answered. A read that comes
   * again under the same number, such as one of a follower that has restarted, is another one.
   */
  readonly reads: Map<string, readonly number[]>;
};

/**
 * Checks that a leader answers a read only when a majority has answered a round that began after the read came (dissertation
 * 6.4, steps 2 and 3): an earlier round says nothing about who leads now. It counts rounds by the messages that the leader sent
 * and received, not by what the leader remembers of them, and does not wait for an answer that is old.
 */
export class RoundClaims {
  readonly #initial: Membership;
  readonly #report: Report;
  readonly #leads = new Map<NodeId, Lead>();

  /** @param voters the voters at the beginning. */
  constructor(voters: readonly NodeId[], report: Report) {
    this.#initial = initialMembership(voters);
    this.#report = report;
  }

  onStep(step: CoreStep): void {
    const { node, event, after, effects } = step;
    if (after.role.type !== "leader") return void this.#leads.delete(node);
    const lead = this.#leadOf(node, after.term);
    if (event.type === "read") asked(lead, ownRead(event.id));
    if (event.type === "message") received(lead, event.from, event.message);
    for (const effect of effects) {
      if (effect.type === "readReady" && !isAnsweredElsewhere(step))
        this.#answers(step, lead, ownRead(effect.id));
      if (effect.type !== "send") continue;
      const { to, message } = effect;
      if (message.type === "appendEntries") lead.sent = Math.max(lead.sent, message.round);
      if (message.type === "readReply") this.#answers(step, lead, readOf(to, message.id));
    }
  }

  #leadOf(node: NodeId, term: number): Lead {
    const known = this.#leads.get(node);
    if (known?.term === term) return known;
    const lead: Lead = { term, sent: 0, answered: new Map(), reads: new Map() };
    this.#leads.set(node, lead);
    return lead;
  }

  #answers({ node, after }: CoreStep, { term, answered, reads }: Lead, read: string): void {
    const [round, ...others] = reads.get(read) ?? [];
    reads.set(read, others);
    if (round === undefined) return;
    const { voters, outgoing } = this.#inForce(after);
    const lacks = [voters, outgoing].some((half) => {
      const later = half.filter((voter) => voter === node || (answered.get(voter) ?? 0) > round);
      return half.length > 0 && later.length <= half.length / 2;
    });
    if (lacks)
      this.#report({
        check: "reads",
        text: `${node} answers a read in term ${term}, but no majority has answered a round after ${round}, which began before the read came`,
      });
  }

  #inForce({ memberships }: State): Membership {
    return memberships.at(-1)?.membership ?? this.#initial;
  }
}

function asked({ reads, sent }: Lead, read: string): void {
  reads.set(read, [...(reads.get(read) ?? []), sent]);
}

function received(lead: Lead, from: NodeId, message: Message<CommandBytes>): void {
  if (message.term !== lead.term) return;
  if (message.type === "readRequest") asked(lead, readOf(from, message.id));
  if (message.type !== "appendAccepted" && message.type !== "appendRejected") return;
  lead.answered.set(from, Math.max(message.round, lead.answered.get(from) ?? 0));
}

/** By a lease, or by the leader that it asked before it led itself. */
function isAnsweredElsewhere({ event }: CoreStep): boolean {
  if (event.type === "read") return event.leased;
  return event.type === "message" && event.message.type === "readReply";
}

function ownRead(id: number): string {
  return `own ${id}`;
}

function readOf(node: NodeId, id: number): string {
  return `${node} ${id}`;
}
