import { isMember, uidOf } from "@kontiki/core";
import { hasChanged, isCommitting } from "./guards.ts";
import { onAny, onEvent, onlyIf, onMessage, type StepPoint } from "./point.ts";

/**
 * Situations that no run meets, and that only explorations look for. A node ends each turn with its sync, and its router
 * drops mail that was sent before its sender's last start; an exploration delays syncs, and delivers any mail.
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
  ...onlyIf(isCommitting, [
    onMessage(
      "appendAccepted",
      "replication.beforeOwnSync",
      "10.2.1",
      "A leader committed an entry that its own disk did not hold yet.",
      (moment) => moment.after.commit > moment.after.durable,
    ),
  ]),
  ...onlyIf(hasChanged, [
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
