import { atLeastAsUpToDate, type Effect, type LogPosition } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { CoreStep } from "../engine/observer.ts";
import type { DiskWitness } from "./disk-witness.ts";
import type { Report } from "./report.ts";

/**
 * What must hold of one node before and after one step: term and commit only grow, a term has one vote, a leader never
 * overwrites or deletes entries of its log (Figure 3, Leader Append-Only), and who lost promised entries neither votes
 * nor stands.
 *
 * @param disk its disk with the step's effects done.
 */
export function checkStep(step: CoreStep, disk: DiskWitness, report: Report): void {
  const { node, before, after, effects } = step;
  if (after.term < before.term)
    report({
      check: "terms",
      text: `the term of ${node} fell from ${before.term} to ${after.term}`,
    });
  if (after.commit < before.commit)
    report({
      check: "commit",
      text: `commit of ${node} fell from ${before.commit} to ${after.commit}`,
    });
  if (
    after.term === before.term &&
    before.votedFor !== undefined &&
    after.votedFor !== before.votedFor
  )
    report({
      check: "votes",
      text: `${node} changed its vote of term ${after.term} from ${before.votedFor} to ${after.votedFor}`,
    });
  checkAgainstLog(step, disk, report);
  if (before.role.type === "leader" && after.role.type === "leader" && before.term === after.term)
    for (const effect of effects)
      if (effect.type === "truncateLog" || effect.type === "installSnapshot")
        report({ check: "Leader Append-Only", text: `${node} leads and changes its log` });
  if (before.horizon !== undefined) checkHorizon(step, before.horizon, disk, report);
}

function checkAgainstLog({ node, after }: CoreStep, disk: DiskWitness, report: Report): void {
  const { last } = disk.log;
  if (after.commit > last.index)
    report({
      check: "commit",
      text: `commit of ${node} is ${after.commit}, and its log ends at ${last.index}`,
    });
  if (after.durable > disk.durableUpTo)
    report({
      check: "durable equals promised",
      text: `${node} takes entry ${after.durable} for durable, and its disk was synced up to ${disk.durableUpTo}`,
    });
  if (last.term > after.term)
    report({
      check: "terms",
      text: `${node} is in term ${after.term}, and its log ends with one of term ${last.term}`,
    });
}

/** The position that a repaired log reaches is at least that of the log which was lost (§5.4.1). */
function checkHorizon(
  { node, after, effects }: CoreStep,
  horizon: LogPosition,
  { log }: DiskWitness,
  report: Report,
): void {
  const says = (text: string): void => report({ check: "horizon", text: `${node} ${text}` });
  if (effects.some(isGranted)) says("gives a vote, and lost entries that it had promised to hold");
  if (after.role.type !== "follower") says(`is a ${after.role.type}, and its log is not whole`);
  if (after.horizon !== undefined) return;
  if (!atLeastAsUpToDate(log.last as LogPosition, horizon))
    says(`takes its log for repaired at ${log.lastIndex}, and it reached to ${horizon.index}`);
}

function isGranted(effect: Effect<CommandBytes>): boolean {
  if (effect.type !== "send") return false;
  const { message } = effect;
  return (message.type === "voteReply" || message.type === "preVoteReply") && message.granted;
}
