import { atLeastAsUpToDate, type Effect, type Entry, type LogPosition } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { CoreStep } from "../engine/observer.ts";
import type { DiskWitness } from "./disk-witness.ts";
import type { Report } from "./report.ts";

/**
 * Checks one step of one node: term and commit only grow, a term has one vote, a leader never overwrites or deletes entries
 * of its log (Figure 3, Leader Append-Only). A node that lost promised entries does not start an election, votes only for
 * logs that have them, and takes without a leader only what its own log had.
 *
 * @param disk its disk after the effects of the step.
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
      text: `commit of ${node} is ${after.commit}, but its log ends at ${last.index}`,
    });
  if (after.durable > disk.durableUpTo)
    report({
      check: "durable equals promised",
      text: `${node} counts entry ${after.durable} as durable, but its disk was synced up to ${disk.durableUpTo}`,
    });
  if (last.term > after.term)
    report({
      check: "terms",
      text: `${node} is in term ${after.term}, but its log ends with an entry of term ${last.term}`,
    });
}

/** A repaired log must reach at least as far as the lost log did (§5.4.1), and have its entries unless a leader replaced them. */
function checkHorizon(
  { node, event, after, effects }: CoreStep,
  horizon: LogPosition,
  { log, damage }: DiskWitness,
  report: Report,
): void {
  const says = (text: string): void => report({ check: "horizon", text: `${node} ${text}` });
  if (effects.some(isGranted) && !asksWithMore(event, horizon))
    says("gives a vote to a log that may lack entries that it had promised");
  const foreign = takenAlone(event, effects).find((entry) => !damage.had(entry));
  if (foreign !== undefined)
    says(
      `takes entry ${foreign.index} of term ${foreign.term} from another node, but its log had another one`,
    );
  if (after.role.type !== "follower") says(`is a ${after.role.type}, but its log is not intact`);
  if (after.horizon !== undefined) return;
  if (!atLeastAsUpToDate(log.last as LogPosition, horizon))
    says(`counts its log as repaired at ${log.lastIndex}, but it had reached ${horizon.index}`);
}

/** What a node appends without being told by a leader. */
function takenAlone(
  event: CoreStep["event"],
  effects: CoreStep["effects"],
): readonly Entry<CommandBytes>[] {
  if (event.type === "message" && event.message.type === "appendEntries") return [];
  return effects.flatMap((effect) => (effect.type === "appendLog" ? effect.entries : []));
}

/** Whether a candidate's log is as up to date as the lost log was (§5.4.1). */
function asksWithMore(event: CoreStep["event"], horizon: LogPosition): boolean {
  if (event.type !== "message") return false;
  const { message } = event;
  if (message.type !== "requestVote" && message.type !== "requestPreVote") return false;
  return atLeastAsUpToDate({ index: message.lastIndex, term: message.lastTerm }, horizon);
}

function isGranted(effect: Effect<CommandBytes>): boolean {
  if (effect.type !== "send") return false;
  const { message } = effect;
  return (message.type === "voteReply" || message.type === "preVoteReply") && message.granted;
}
