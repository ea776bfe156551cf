import { isChanging, isJoint } from "@kontiki/core";
import { effectOf, leaderIn } from "./moment.ts";
import type { Moment } from "./point.ts";

/** The membership in force is joint, or not committed. */
export function isUnsettled(moment: Moment): boolean {
  return hasChanged(moment) && (isChanging(moment.before) || isJoint(moment.inForce));
}

/** The membership is not the one that the cluster began with. */
export function hasChanged({ before }: Moment): boolean {
  return before.memberships.length > 0;
}

/** The server leads, and reads wait. */
export function hasReads({ before }: Moment): boolean {
  return (leaderIn(before)?.reads.length ?? 0) > 0;
}

/** The server transfers its leadership. */
export function isTransferring({ before }: Moment): boolean {
  return leaderIn(before)?.transfer !== undefined;
}

/** The server removes entries from its log. */
export function isCutting(moment: Moment): boolean {
  return effectOf(moment, "truncateLog") !== undefined;
}

/** The server's log is damaged. */
export function isDamaged({ before }: Moment): boolean {
  return before.horizon !== undefined;
}

/** A message of another term than its receiver's, or one that arrives in an election. */
export function isUnsteady({ before: { term, role }, event }: Moment): boolean {
  if (event.type !== "message" || event.message.term !== term) return true;
  return role.type === "candidate" || role.type === "preCandidate";
}

/** The leader commits something. */
export function isCommitting({ before, after }: Moment): boolean {
  return after.commit > before.commit && after.role.type === "leader";
}

/** The server leads, and has entries that are not committed. */
export function hasUncommitted({ env, after }: Moment): boolean {
  return after.role.type === "leader" && env.log.lastIndex > after.commit;
}

/** Entries, or a heartbeat, that do not simply extend the follower's log and commit what they prove to match. */
export function isOutOfLine({ env: { log }, event }: Moment): boolean {
  if (event.type !== "message" || event.message.type !== "appendEntries") return true;
  const { prevIndex, prevTerm, entries, commit } = event.message;
  const isNext = prevIndex === log.lastIndex && prevTerm === log.termAt(prevIndex);
  return !isNext || commit > prevIndex + entries.length;
}
