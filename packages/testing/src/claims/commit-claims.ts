import { uidOf } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { Committed } from "./committed.ts";
import type { DiskWitness } from "./disk-witness.ts";
import { haveDecided } from "./have-decided.ts";
import type { Report } from "./report.ts";
import type { Servers } from "./servers.ts";

/**
 * Checks each advance of the commit index: all nodes commit the same entries, and a leader commits by counting only entries
 * of its own term (§5.4.2) that are on the disks of a majority, synced (§5.3).
 */
export class CommitClaims {
  readonly #committed: Committed;
  readonly #servers: Servers;
  readonly #report: Report;

  constructor(committed: Committed, servers: Servers, report: Report) {
    this.#committed = committed;
    this.#servers = servers;
    this.#report = report;
  }

  /** The commit index of a node has advanced in this step. */
  advanced({ node, before, after }: CoreStep, { log }: DiskWitness): void {
    // A removed leader steps down in the step that commits its removal.
    const led = before.role.type === "leader" && before.term === after.term;
    const leads = led || after.role.type === "leader";
    this.#committed.advance({ node, term: after.term, leads, log }, before.commit, after.commit);
    if (leads) this.#checkCounted(node, before, after);
  }

  #checkCounted(node: string, before: CoreStep["before"], after: CoreStep["after"]): void {
    const last = this.#committed.at(after.commit);
    if (last === undefined) return;
    if (last.term !== after.term)
      this.#report({
        check: "commit",
        text: `${node} commits up to entry ${last.index} of term ${last.term} by counting, in term ${after.term}`,
      });
    const membership = before.memberships.at(-1)?.membership ?? this.#committed.membershipAt(0);
    const holders = [...membership.voters, ...membership.outgoing].filter((voter) => {
      const disk = this.#servers.disk(voter, uidOf(membership, voter));
      return disk.isDamaged || disk.holdsDurably(last);
    });
    if (!haveDecided(membership, holders))
      this.#report({
        check: "durable equals promised",
        text: `${node} commits entry ${last.index}, which is on the disks of ${holders.join() || "no node"} only`,
      });
  }
}
