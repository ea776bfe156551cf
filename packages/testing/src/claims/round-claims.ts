import {
  initialMembership,
  type Membership,
  type Message,
  type NodeId,
  type State,
} from "@kontiki/core";
import type { CommandBytes, NodeActor } from "@kontiki/actors/node";
import type { CoreStep, Happening } from "../engine/observer.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import { ClockRates } from "./clock-rates.ts";
import type { Report } from "./report.ts";

/** Of a time that was measured by a clock with a rate, this much is certain. */
const CERTAIN = 0.999;

/** Events of the beginning of a turn, when the time of the turn is the present one. */
const ASKING: ReadonlySet<string> = new Set(["heartbeatTimeout", "propose", "read"]);

/** What a server has sent and received while it leads one term. */
type Lead = {
  readonly term: number;
  /** The latest round in any message that it sent, and when each began. */
  sent: number;
  readonly begun: Map<number, number>;
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
 *
 * A lease is as old as the last round that a majority has answered, in true time, and ends after the shortest election timeout
 * less what clocks may drift (6.4.1). A leader with a lease may answer a read at any time, so the claim looks at it at each heartbeat and
 * request as well: few reads come in the last part of a lease.
 */
export class RoundClaims {
  readonly #initial: Membership;
  readonly #settings: ClusterSettings;
  readonly #now: () => number;
  readonly #report: Report;
  readonly #rates = new ClockRates();
  readonly #leads = new Map<NodeId, Lead>();
  readonly #actors = new Map<NodeId, NodeActor>();

  /** @param voters the voters at the beginning. */
  constructor(
    voters: readonly NodeId[],
    settings: ClusterSettings,
    now: () => number,
    report: Report,
  ) {
    this.#initial = initialMembership(voters);
    this.#settings = settings;
    this.#now = now;
    this.#report = report;
  }

  onHappening(happening: Happening): void {
    this.#rates.onHappening(happening);
    if (happening.type === "started") this.#actors.set(happening.node, happening.actor);
    if (happening.type === "ended") this.#actors.delete(happening.node);
  }

  onStep(step: CoreStep): void {
    const { node, event, after, effects } = step;
    if (after.role.type !== "leader") return void this.#leads.delete(node);
    const lead = this.#leadOf(node, after.term);
    if (isLeased(step)) this.#leases(step, lead, "answers a read");
    else if (ASKING.has(event.type) && this.#actors.get(node)?.holdsLease === true)
      this.#leases(step, lead, "would answer a read");
    if (event.type === "read" && !isLeased(step)) asked(lead, ownRead(event.id));
    if (event.type === "message") received(lead, event.from, event.message);
    for (const effect of effects) {
      if (effect.type === "readReady" && !isLeased(step) && !isAnsweredElsewhere(step))
        this.#answers(step, lead, ownRead(effect.id));
      if (effect.type !== "send") continue;
      const { to, message } = effect;
      if (message.type === "appendEntries") this.#asks(lead, message.round);
      if (message.type === "readReply") this.#answers(step, lead, readOf(to, message.id));
    }
  }

  #leadOf(node: NodeId, term: number): Lead {
    const known = this.#leads.get(node);
    if (known?.term === term) return known;
    const lead: Lead = {
      term,
      sent: 0,
      begun: new Map(),
      answered: new Map(),
      reads: new Map(),
    };
    this.#leads.set(node, lead);
    return lead;
  }

  #asks(lead: Lead, round: number): void {
    lead.sent = Math.max(lead.sent, round);
    if (!lead.begun.has(round)) lead.begun.set(round, this.#now());
  }

  #leases({ node, after }: CoreStep, lead: Lead, does: string): void {
    const begun = lead.begun.get(this.#confirmed(node, after, lead));
    const { leases, electionTimeoutMs } = this.#settings;
    if (begun === undefined || leases === undefined) return;
    const longestMs = electionTimeoutMs / (1 + leases.clockDrift) / this.#rates.slowest(node);
    const ageMs = this.#now() - begun;
    if (ageMs * CERTAIN > longestMs)
      this.#report({
        check: "lease",
        text: `${node} ${does} in term ${after.term} by a lease that began ${ageMs.toFixed(1)} ms ago; the longest lasts ${longestMs.toFixed(1)} ms`,
      });
  }

  /** The last round that a majority has answered, of each half while the membership is joint. */
  #confirmed(node: NodeId, after: State, { answered }: Lead): number {
    const { voters, outgoing } = this.#inForce(after);
    const reached = (half: readonly NodeId[]): number =>
      half
        .map((voter) => (voter === node ? Infinity : (answered.get(voter) ?? 0)))
        .toSorted((a, b) => b - a)[Math.floor(half.length / 2)] ?? Infinity;
    return Math.min(reached(voters), reached(outgoing));
  }

  /** A step that changes the membership may answer before that or after it. */
  #answers({ node, before, after }: CoreStep, lead: Lead, read: string): void {
    const [round, ...others] = lead.reads.get(read) ?? [];
    lead.reads.set(read, others);
    if (round === undefined) return;
    const confirmed = [before, after].map((state) => this.#confirmed(node, state, lead));
    if (Math.max(...confirmed) <= round)
      this.#report({
        check: "reads",
        text: `${node} answers a read in term ${after.term}, but no majority has answered a round after ${round}, which began before the read came`,
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

function isLeased({ event, effects }: CoreStep): boolean {
  if (event.type !== "read" || !event.leased) return false;
  return effects.some(({ type }) => type === "readReady");
}

/** By the leader that it asked before it led itself. */
function isAnsweredElsewhere({ event }: CoreStep): boolean {
  return event.type === "message" && event.message.type === "readReply";
}

function ownRead(id: number): string {
  return `own ${id}`;
}

function readOf(node: NodeId, id: number): string {
  return `${node} ${id}`;
}
