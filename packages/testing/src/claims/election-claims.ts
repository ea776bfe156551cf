import { isVoter, uidOf, type HardState, type Membership, type State } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { Committed } from "./committed.ts";
import type { DiskWitness } from "./disk-witness.ts";
import { haveDecided } from "./have-decided.ts";
import type { Report } from "./report.ts";

/** Who led a term, with its disk, and whether it was the only voter. */
type Lead = Pick<DiskWitness, "node" | "uid"> & { readonly isAlone: boolean };

/**
 * Checks elections: a term has at most one leader (Figure 3, Election Safety), nodes elect it with votes that they sent, and
 * its log has every entry that was committed in earlier terms (Leader Completeness).
 */
export class ElectionClaims {
  readonly #report: Report;
  readonly #committed: Committed;
  /** The leader of each term. */
  readonly #leaders = new Map<number, Lead>();
  /** The votes that nodes sent: from "term candidate" to the disks, by name and uid. */
  readonly #votes = new Map<string, Set<string>>();

  constructor(committed: Committed, report: Report) {
    this.#committed = committed;
    this.#report = report;
  }

  /** A node has sent its vote to a candidate. */
  voted(disk: DiskWitness, term: number, candidate: string): void {
    const key = `${term} ${candidate}`;
    const votes = this.#votes.get(key) ?? new Set();
    this.#votes.set(key, votes.add(`${disk.node}#${disk.uid}`));
  }

  /**
   * A node has started again on the same disk. What it led as the only voter, without its own vote on that disk, is
   * forgotten: such a server leads in the step in which it votes, and a crash before the sync undoes both. Nothing left before
   * that, which `PromiseClaims` checks. Any other leader has its vote on its disk before it asks for others.
   *
   * @returns the terms that never were.
   */
  restarted({ node, uid }: DiskWitness, { term, votedFor }: HardState): readonly number[] {
    const undone = [...this.#leaders]
      .filter(([, lead]) => lead.isAlone && lead.node === node && lead.uid === uid)
      .map(([led]) => led)
      .filter((led) => led > term || (led === term && votedFor !== node));
    for (const led of undone) this.#leaders.delete(led);
    return undone;
  }

  /** A node is leader from this step on. */
  elected({ node, before, after }: CoreStep, disk: DiskWitness): void {
    const { term } = after;
    const other = this.#leaders.get(term)?.node ?? node;
    if (other !== node)
      this.#says("Election Safety", `${other} and ${node} both lead term ${term}`);
    const { voters, outgoing } = this.#inForce(before);
    const isAlone = voters.concat(outgoing).every((voter) => voter === node);
    this.#leaders.set(term, { node, uid: disk.uid, isAlone });
    this.#checkVotes(disk, before, after);
    const last = this.#committed.lastBefore(term);
    if (last !== undefined && !disk.log.holds(last))
      this.#says(
        "Leader Completeness",
        `${node} leads term ${term} but lacks entry ${last.index}, which was committed before`,
      );
  }

  #checkVotes({ node, uid }: DiskWitness, before: State, { term, votedFor }: State): void {
    if (votedFor !== node)
      this.#says("votes", `${node} leads term ${term}, but its own vote is for ${votedFor}`);
    const membership = this.#inForce(before);
    const votes = this.#votes.get(`${term} ${node}`);
    const has = membership.voters
      .concat(membership.outgoing)
      .filter((voter) => voter === node || votes?.has(`${voter}#${uidOf(membership, voter)}`));
    if (!haveDecided(membership, has))
      this.#says("Election Safety", `${node} leads term ${term} with votes of ${has.join()} only`);
    const may = [
      ...before.memberships.map((known) => known.membership),
      this.#lastCommitted(before),
    ];
    if (!may.some((each) => isVoter(each, node) && uidOf(each, node) === uid))
      this.#says(
        "membership",
        `${node} leads term ${term} but is a voter in no membership in force`,
      );
  }

  #inForce({ memberships }: State): Membership {
    return memberships.at(-1)?.membership ?? this.#committed.membershipAt(0);
  }

  /** The last membership that this node may know to be committed. */
  #lastCommitted({ commit }: State): Membership {
    return this.#committed.membershipAt(commit);
  }

  #says(check: string, text: string): void {
    this.#report({ check, text });
  }
}
