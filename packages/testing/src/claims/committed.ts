import {
  initialMembership,
  sameMembership,
  type Membership,
  type NodeId,
  type Snapshot,
} from "@kontiki/core";
import type { Placed } from "./placed.ts";
import type { Report } from "./report.ts";
import type { ShadowLog } from "./shadow-log.ts";

/** The node that reports entries as committed. */
export type Committer = {
  readonly node: string;
  readonly term: number;
  readonly leads: boolean;
  readonly log: ShadowLog;
};

/**
 * All entries that any node ever reported as committed, in order: one for each index, at all times and on all nodes (Figure
 * 3, State Machine Safety).
 */
export class Committed {
  readonly #report: Report;
  readonly #initial: Membership;
  readonly #entries: Placed[] = [];
  readonly #memberships: Placed[] = [];
  /** Up to which index entries were committed in which term, oldest first. */
  readonly #ends: { readonly term: number; last: number }[] = [];

  /** @param voters the voters at the beginning. */
  constructor(voters: readonly NodeId[], report: Report) {
    this.#initial = initialMembership(voters);
    this.#report = report;
  }

  get lastIndex(): number {
    return this.#entries.length;
  }

  /** How many of them change the membership. */
  get changes(): number {
    return this.#memberships.length;
  }

  at(index: number): Placed | undefined {
    return this.#entries[index - 1];
  }

  /** The last entry that was committed in a term before `term`: a leader of `term` must have it. */
  lastBefore(term: number): Placed | undefined {
    return this.at(this.#ends.findLast((end) => end.term < term)?.last ?? 0);
  }

  /** A node reports the entries after `from` up to `to` as committed. */
  advance(by: Committer, from: number, to: number): void {
    for (let index = Math.max(from, by.log.base.index) + 1; index <= to; index += 1) {
      const placed = by.log.at(index);
      const known = this.at(index);
      if (placed === undefined)
        return this.#violated(
          `${by.node} reports entry ${index} as committed, but does not have it`,
        );
      if (known === undefined) this.#commit(by, placed);
      else if (known !== placed)
        this.#violated(
          `entry ${index} is committed with term ${known.term}, but ${by.node} has it with term ${placed.term}`,
        );
    }
  }

  /** A node has a snapshot. It must end with a committed entry, and have the membership as of that entry. */
  snapshot(node: string, { index, term, membership }: Snapshot): void {
    const last = this.at(index);
    if (last?.term !== term)
      this.#violated(`a snapshot of ${node} ends with ${index} of term ${term}, not committed`);
    else if (!sameMembership(membership, this.membershipAt(index)))
      this.#report({
        check: "snapshots equal replay",
        text: `the snapshot of ${node} up to ${index} has a different membership from the log up to there`,
      });
  }

  /** The membership as of a committed entry. */
  membershipAt(index: number): Membership {
    const entry = this.#memberships.findLast((placed) => placed.index <= index)?.entry;
    return entry?.type === "membership" ? entry.membership : this.#initial;
  }

  #commit({ node, term, leads }: Committer, placed: Placed): void {
    if (!leads)
      this.#violated(`${node} reports entry ${placed.index} as committed before any leader has`);
    this.#entries.push(placed);
    if (placed.entry.type === "membership") this.#memberships.push(placed);
    const end = this.#ends.at(-1);
    if (end?.term === term) end.last = placed.index;
    else this.#ends.push({ term, last: placed.index });
  }

  #violated(text: string): void {
    this.#report({ check: "State Machine Safety", text });
  }
}
