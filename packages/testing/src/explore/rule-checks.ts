import { atLeastAsUpToDate, lastPosition } from "@kontiki/core";
import type { SteppedNode } from "./noteworthy.ts";

/** What a step of one node may not do although no property of Figure 3 need break by it in this step. */
export function checkRules(stepped: SteppedNode): readonly string[] {
  const { id } = stepped.after.env.config;
  const found: string[] = [];
  if (takesDuringTransfer(stepped)) found.push(`${id}: it takes a proposal while it hands over`);
  if (promisesTooMuch(stepped)) found.push(`${id}: it promises a vote that it would refuse`);
  if (replacesMore(stepped))
    found.push(`${id}: a snapshot replaces a log that holds its last entry, and maybe more`);
  return found;
}

/** Whether a snapshot replaces a log that matches it: what comes after may have been acknowledged (Figure 13, step 6). */
function replacesMore({ before, effects }: SteppedNode): boolean {
  return effects.some((effect) => {
    if (effect.type !== "installSnapshot") return false;
    const { index, term } = effect.snapshot;
    return before.env.log.termAt(index) === term;
  });
}

/** Whether a leader that hands over takes a proposal: its target might never catch up (dissertation 3.10). */
function takesDuringTransfer({ event, before: { state }, effects }: SteppedNode): boolean {
  const handsOver = state.role.type === "leader" && state.role.transfer !== undefined;
  return event.type === "propose" && handsOver && effects.some(({ type }) => type === "appendLog");
}

/** Whether a pre-vote is granted to a server whose log lacks entries (dissertation 9.6). */
function promisesTooMuch({ event, before, effects }: SteppedNode): boolean {
  if (event.type !== "message" || event.message.type !== "requestPreVote") return false;
  const { lastIndex, lastTerm } = event.message;
  const isGranted = effects.some(
    (effect) =>
      effect.type === "send" && effect.message.type === "preVoteReply" && effect.message.granted,
  );
  const theirs = { index: lastIndex, term: lastTerm };
  return isGranted && !atLeastAsUpToDate(theirs, lastPosition(before.env.log));
}
