import { isMember, uidOf } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { onlyIf, onAny, onEvent, onMessage, type StepPoint } from "./point.ts";

/**
 * Situations that only explorations look for. No run meets the most: a node ends each turn with its sync, and its router
 * drops mail that was sent before its sender's last start; an exploration delays syncs, and delivers any mail. A run meets
 * an acknowledgement of a rewritten entry too late to see it in the log, which is compacted by then: `earlier-leads.ts`
 * looks for it there.
 */
export const EXPLORED: readonly StepPoint[] = [
  onEvent(
    "durable",
    "replication.ownSync",
    "10.2.1",
    "A leader's own disk was the one that completed a majority of several.",
    (moment) =>
      moment.after.role.type === "leader" &&
      moment.after.commit > moment.before.commit &&
      moment.inForce.voters.length > 1,
  ),
  ...onlyIf(CIRCUMSTANCE.committing, [
    onMessage(
      "appendAccepted",
      "replication.beforeOwnSync",
      "10.2.1",
      "A leader committed an entry that its own disk did not hold yet.",
      (moment) => moment.after.commit > moment.after.durable,
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.unsteady, [
    onMessage(
      "appendAccepted",
      "replication.rewrittenAck",
      "§5.4.2",
      "An acknowledgement of an earlier term arrived for an index that was rewritten since.",
      ({ env, before: was }, { term, match }) =>
        was.role.type === "leader" && term < was.term && (env.log.termAt(match) ?? 0) > term,
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.changed, [
    onAny(
      ["voteReply", "preVoteReply", "appendAccepted", "appendRejected", "requestVote"],
      "membership.oldDiskSpeaks",
      "4.4",
      "A message arrived from the disk that a member had before.",
      (moment) => {
        const { event } = moment;
        if (event.type !== "message") return false;
        const now = moment.inForce;
        return isMember(now, event.from) && event.fromUid < uidOf(now, event.from);
      },
    ),
  ]),
];
