import {
  initialMembership,
  type Leader,
  type Membership,
  type NodeId,
  type State,
} from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import { backedUp } from "./backed-up.ts";
import type { Report } from "./report.ts";
import type { Servers } from "./servers.ts";

/** What is known of a server while it leads one term. */
type Lead = {
  readonly term: number;
  /** The last round that a majority has answered, and the heartbeats since that was a new one. */
  confirmed: number;
  beats: number;
  /** Heartbeats since the present transfer of leadership began. */
  handOverBeats: number;
};

/** The settings of the nodes that bound what a leader does. */
export type LeadLimits = {
  /** Heartbeats in an election timeout. */
  readonly quorumBeats: number;
  /** The most AppendEntries in flight to one follower. */
  readonly maxInflight: number;
};

/** Heartbeats more than the quorum check allows: it begins with the round after the one that was answered. */
const SLACK_BEATS = 2;

/**
 * Checks that a leader makes progress possible: it steps down when no majority has answered it for an election timeout of
 * heartbeats (dissertation 6.2) and not before, ends a transfer of leadership that does not succeed, accepts nothing meanwhile (3.10), and
 * finds where a follower's log meets its own by whole terms (end of §5.3).
 *
 * It counts heartbeats and answers, not time: what it finds does not depend on how long a run lasts.
 */
export class LeadClaims {
  readonly #initial: Membership;
  readonly #limits: LeadLimits;
  readonly #servers: Servers;
  readonly #report: Report;
  readonly #leads = new Map<NodeId, Lead>();

  /** @param voters the voters at the beginning. */
  constructor(voters: readonly NodeId[], limits: LeadLimits, servers: Servers, report: Report) {
    this.#initial = initialMembership(voters);
    this.#limits = limits;
    this.#servers = servers;
    this.#report = report;
  }

  onStep(step: CoreStep): void {
    const { node, event, before, after, effects } = step;
    if (before.role.type !== "leader" || before.term !== after.term)
      return void this.#leads.delete(node);
    if (after.role.type !== "leader") {
      if (event.type === "heartbeatTimeout") this.#stepsDown(node, before, before.role);
      return void this.#leads.delete(node);
    }
    switch (event.type) {
      case "heartbeatTimeout":
        return this.#beat(node, before, before.role, after.role);
      case "replicate":
        return this.#sends(node, after.role);
      case "propose":
      case "changeMembership":
        if (before.role.transfer !== undefined && effects.some(({ type }) => type === "appendLog"))
          this.#says(
            "transfer",
            `${node} hands over to ${before.role.transfer.target} and accepts more`,
          );
        return;
      case "message": {
        const log = this.#servers.get(node)?.disk.log;
        const wrong = log && backedUp(before.role, after.role, event, log);
        if (wrong !== undefined) this.#says("progress", `${node} ${wrong}`);
        return this.#answered(node, event.from, after.role);
      }
      default:
        return;
    }
  }

  #beat(node: NodeId, before: State, role: Leader, { transfer }: Leader): void {
    const confirmed = this.#confirmed(node, before, role);
    const lead = this.#leads.get(node);
    if (lead?.term !== before.term) {
      this.#leads.set(node, { term: before.term, confirmed, beats: 0, handOverBeats: 0 });
      return;
    }
    lead.beats = lead.confirmed === confirmed ? lead.beats + 1 : 0;
    lead.confirmed = confirmed;
    const isSame = transfer !== undefined && transfer.target === role.transfer?.target;
    lead.handOverBeats = isSame ? lead.handOverBeats + 1 : 0;
    const limit = this.#limits.quorumBeats + SLACK_BEATS;
    if (lead.beats === limit + 1)
      this.#says(
        "liveness",
        `${node} still leads term ${before.term}, but no majority answered ${limit} heartbeats`,
      );
    if (lead.handOverBeats === limit + 1)
      this.#says(
        "liveness",
        `${node} still hands over to ${transfer?.target} after ${limit} heartbeats`,
      );
  }

  /** Each heartbeat begins a round, so a leader that steps down must have begun that many that no majority has answered. */
  #stepsDown(node: NodeId, before: State, role: Leader): void {
    const unanswered = role.round - this.#confirmed(node, before, role);
    if (unanswered >= this.#limits.quorumBeats - 1) return;
    this.#says(
      "liveness",
      `${node} steps down in term ${before.term}, although only its last ${unanswered} rounds are unanswered`,
    );
  }

  /** A round of an earlier lead, or of another server, answers nothing that this leader asked (dissertation 6.4). */
  #answered(node: NodeId, from: NodeId, { round, progress }: Leader): void {
    const answered = progress[from]?.round ?? 0;
    if (answered > round)
      this.#says(
        "progress",
        `${from} has answered round ${answered} of ${node}, which is at ${round}`,
      );
  }

  #sends(node: NodeId, { progress }: Leader): void {
    const { maxInflight } = this.#limits;
    // In every turn of every leader: this loop makes nothing.
    for (const peer in progress) {
      const known = progress[peer as NodeId];
      if (known?.type === "replicate" && known.inflight.length > maxInflight)
        this.#says(
          "progress",
          `${node} has ${known.inflight.length} AppendEntries in flight to ${peer}, more than ${maxInflight}`,
        );
    }
  }

  /** The last round that a majority has answered, of each half while the membership is joint. */
  #confirmed(node: NodeId, { memberships }: State, { round, progress }: Leader): number {
    const { voters, outgoing } = memberships.at(-1)?.membership ?? this.#initial;
    const reached = (half: readonly NodeId[]): number =>
      half
        .map((voter) => (voter === node ? round : (progress[voter]?.round ?? 0)))
        .toSorted((a, b) => b - a)[Math.floor(half.length / 2)] ?? 0;
    return outgoing.length === 0 ? reached(voters) : Math.min(reached(voters), reached(outgoing));
  }

  #says(check: string, text: string): void {
    this.#report({ check, text });
  }
}
