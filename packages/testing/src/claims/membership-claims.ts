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
 * What must hold of changes of membership (§6, dissertation chapter 4): a node goes by the latest in its log, committed
 * or not; a leader begins one only when the one before is committed and so is an entry of its own term (the correction
 * of 2015), but for leaving a joint one that is committed, which can be done in one way only; nobody decides in one
 * without somebody who decides in the next; and a leader that is removed steps down.
 */
export class MembershipClaims {
  readonly #report: Report;
  readonly #committed: Committed;
  readonly #initial: Membership;
  /** Entries that were looked at: each is, when its leader appends it, and nobody else has it before. */
  readonly #compared = new Set<Placed>();

  constructor(voters: readonly NodeId[], committed: Committed, report: Report) {
    this.#initial = initialMembership(voters);
    this.#committed = committed;
    this.#report = report;
  }

  /** After each step, with its effects done. */
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
    this.#says(`the membership of entry ${index} can decide with nobody of the one before it`);
  }

  #checkOneAtATime({ node, after }: CoreStep, { index }: Placed, previous: number): void {
    if (previous > after.commit)
      this.#says(`${node} changes it at ${index} while the change at ${previous} is open`);
  }

  #checkBegun({ node, after }: CoreStep, { index }: Placed): void {
    if (this.#committed.at(after.commit)?.term !== after.term)
      this.#says(`${node} changes it at ${index} and has committed nothing in its term`);
  }

  /** A leader that is removed steps down as soon as that is committed (dissertation 4.2.2). */
  #checkLeadsNoMore({ node, after }: CoreStep): void {
    const latest = after.memberships.at(-1);
    if (after.role.type !== "leader" || latest === undefined || latest.index > after.commit) return;
    if (!isVoter(latest.membership, node))
      this.#says(`${node} leads on, and entry ${latest.index}, which removes it, is committed`);
  }

  #checkInForce({ node, after }: CoreStep, disk: DiskWitness): void {
    const latest = disk.log.memberships.at(-1);
    const expected = latest === undefined ? this.#base(disk) : contentOf(latest);
    const actual = after.memberships.at(-1)?.membership ?? this.#initial;
    if (!sameMembership(actual, expected))
      this.#says(`${node} goes by another one than the latest in its log`);
  }

  /** Who belonged to the cluster as of what a log has compacted. */
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
