import {
  atLeastAsUpToDate,
  initialMembership,
  uidOf,
  type LogPosition,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { Report } from "./report.ts";
import type { Servers, Server } from "./servers.ts";

/**
 * How often servers that could be elected may stand in vain, one after the other. Chance alone splits the votes of a healthy
 * cluster that often only if its letters take longer than its election timeouts.
 */
const STANDS_MAX = 60;

/**
 * Checks that a healed cluster elects a leader, by who could be elected and not by time: a server whose log is at least as up
 * to date as those of a majority (§5.4.1) must win one of so many elections (§5.2, §9.3).
 */
export class ElectableClaims {
  readonly #initial: Membership;
  readonly #servers: Servers;
  readonly #report: Report;
  #isHealed = false;
  #stands = 0;

  /** @param voters the voters at the beginning. */
  constructor(voters: readonly NodeId[], servers: Servers, report: Report) {
    this.#initial = initialMembership(voters);
    this.#servers = servers;
    this.#report = report;
  }

  /** All faults have ended. */
  healed(): void {
    this.#isHealed = true;
  }

  onStep({ node, after, effects }: CoreStep): void {
    if (!this.#isHealed || !effects.some(asksForVote)) return;
    const server = this.#servers.get(node);
    if (server === undefined) return;
    if (this.#hasLeader()) this.#stands = 0;
    else if (this.#couldBeElected(server)) this.#stands += 1;
    if (this.#stands !== STANDS_MAX) return;
    this.#stands += 1;
    this.#report({
      check: "liveness",
      text: `no server leads, although ${node} stands in term ${after.term} with a log that a majority would vote for, as others did ${STANDS_MAX} times`,
    });
  }

  #hasLeader(): boolean {
    for (const { state } of this.#servers.running) if (state?.role.type === "leader") return true;
    return false;
  }

  #couldBeElected({ disk, state }: Server): boolean {
    const membership = state?.memberships.at(-1)?.membership ?? this.#initial;
    const ours = disk.log.last as LogPosition;
    const wouldVote = (voter: NodeId): boolean => {
      const other = this.#servers.get(voter);
      if (other === undefined || other.disk.uid !== uidOf(membership, voter)) return false;
      const { log, horizon } = other.disk;
      const owes = horizon !== undefined && !atLeastAsUpToDate(ours, horizon);
      return !owes && atLeastAsUpToDate(ours, log.last as LogPosition);
    };
    const { voters, outgoing } = membership;
    return [voters, outgoing]
      .filter((half) => half.length > 0)
      .every((half) => half.filter(wouldVote).length > half.length / 2);
  }
}

function asksForVote(effect: CoreStep["effects"][number]): boolean {
  if (effect.type !== "send") return false;
  return effect.message.type === "requestVote" || effect.message.type === "requestPreVote";
}
