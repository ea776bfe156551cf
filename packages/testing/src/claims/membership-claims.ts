import {
  initialMembership,
  isJoint,
  isVoter,
  sameMembership,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { Committed } from "./committed.ts";
import type { DiskWitness } from "./disk-witness.ts";
import type { Placed } from "./placed.ts";
import { quorumsMeet } from "./quorums-meet.ts";
import type { Report } from "./report.ts";

/**
 * Checks changes of membership (§6, dissertation chapter 4):
 *
 * - a node uses the latest membership in its log, committed or not;
 * - a leader begins a change only after the previous one and an entry of its own term are committed (the correction of
 *   2015), except to leave a committed joint membership, for which there is only one way;
 * - every majority of a membership shares a voter with every majority of the next;
 * - a removed leader steps down.
 */
export class MembershipClaims {
  readonly #report: Report;
  readonly #committed: Committed;
  readonly #initial: Membership;
  /** Entries that were checked: each is, when its leader appends it, before any other node has it. */
  readonly #compared = new Set<Placed>();

  constructor(voters: readonly NodeId[], committed: Committed, report: Report) {
    this.#initial = initialMembership(voters);
    this.#committed = committed;
    this.#report = report;
  }

  /** Called after each step, with its effects done. */
  stepped(step: CoreStep, disk: DiskWitness): void {
    const { before, after, effects } = step;
    const appends = effects.some(
      (effect) =>
        effect.type === "appendLog" && effect.entries.some(({ type }) => type === "membership"),
    );
    if (appends) this.#appended(step, disk);
    if (appends || before.memberships !== after.memberships) this.#checkInForce(step, disk);
    if (before.commit !== after.commit) this.#checkLeadsNoMore(step);
  }

  #appended(step: CoreStep, disk: DiskWitness): void {
    const { memberships } = disk.log;
    for (const [at, placed] of memberships.entries()) {
      if (this.#compared.has(placed)) continue;
      this.#compared.add(placed);
      const previous = memberships[at - 1];
      const before = previous === undefined ? this.#base(disk) : contentOf(previous);
      this.#checkOverlap(placed, before);
      this.#checkOneAtATime(step, placed, previous?.index ?? 0);
      if (!leaves(before, contentOf(placed))) this.#checkBegun(step, placed);
    }
  }

  #checkOverlap({ index, entry }: Placed, before: Membership): void {
    if (entry.type !== "membership" || quorumsMeet(before, entry.membership)) return;
    this.#says(
      `the membership of entry ${index} can decide without any voter of the one before it`,
    );
  }

  #checkOneAtATime({ node, after }: CoreStep, { index }: Placed, previous: number): void {
    if (previous > after.commit)
      this.#says(`${node} changes it at ${index} while the change at ${previous} is open`);
  }

  #checkBegun({ node, after }: CoreStep, { index }: Placed): void {
    if (this.#committed.at(after.commit)?.term !== after.term)
      this.#says(`${node} changes it at ${index} but has committed nothing in its term`);
  }

  /** A removed leader steps down as soon as the removal is committed (dissertation 4.2.2). */
  #checkLeadsNoMore({ node, after }: CoreStep): void {
    const latest = after.memberships.at(-1);
    if (after.role.type !== "leader" || latest === undefined || latest.index > after.commit) return;
    if (!isVoter(latest.membership, node))
      this.#says(
        `${node} still leads although entry ${latest.index}, which removes it, is committed`,
      );
  }

  #checkInForce({ node, after }: CoreStep, disk: DiskWitness): void {
    const latest = disk.log.memberships.at(-1);
    const expected = latest === undefined ? this.#base(disk) : contentOf(latest);
    const actual = after.memberships.at(-1)?.membership ?? this.#initial;
    if (!sameMembership(actual, expected))
      this.#says(`${node} does not use the latest one in its log`);
  }

  /** The membership as of the compacted part of a log. */
  #base({ log }: DiskWitness): Membership {
    return this.#committed.membershipAt(log.base.index);
  }

  #says(text: string): void {
    this.#report({ check: "membership", text });
  }
}

/** Whether this is the only membership that can follow a joint one. */
function leaves(before: Membership, now: Membership): boolean {
  return isJoint(before) && !isJoint(now) && now.voters.join() === before.voters.join();
}

function contentOf({ entry }: Placed): Membership {
  if (entry.type === "membership") return entry.membership;
  throw new TypeError("only entries with a membership are listed as such");
}
