import { isChanging, isMember, isVoter } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { appendedMembership, COMMITTING, effectOf, isIgnored, leaderIn, sentOf } from "./moment.ts";
import { onlyIf, onAny, onEvent, onMessage, type Moment, type StepPoint } from "./point.ts";

/** Changes of the membership, learners, and servers with another disk. */
export const MEMBERSHIP: readonly StepPoint[] = [
  onEvent(
    "changeMembership",
    "membership.refusedChanging",
    "4.1",
    "A change was refused because another one was not committed.",
    (moment) =>
      isRefused(moment) && moment.before.role.type === "leader" && isChanging(moment.before),
  ),
  onEvent(
    "changeMembership",
    "membership.refusedEarly",
    "4.1",
    "A change was refused because its leader had not committed an entry of its own term.",
    (moment) => {
      const { env, before } = moment;
      const isEarly = env.log.termAt(before.commit) !== before.term;
      return isRefused(moment) && before.role.type === "leader" && isEarly && !isChanging(before);
    },
  ),
  onEvent(
    "changeMembership",
    "membership.refusedTransfer",
    "3.10",
    "A change was refused because leadership was being transferred.",
    (moment) => isRefused(moment) && leaderIn(moment.before)?.transfer !== undefined,
  ),
  onMessage(
    "rejoin",
    "membership.rejoined",
    "4.4",
    "A member came with a new disk and lost its vote for a time.",
    (moment) => appendedMembership(moment) !== undefined,
  ),
  onMessage(
    "rejoin",
    "membership.rejoinLater",
    "4.4",
    "A member came with a new disk while its leader could not change the membership.",
    (moment, _message, from) =>
      moment.before.role.type === "leader" && isIgnored(moment) && isMember(moment.inForce, from),
  ),
  ...onlyIf(CIRCUMSTANCE.otherDisk, [
    onAny(
      ["appendEntries", "snapshotChunk", "requestVote", "requestPreVote", "voteReply"],
      "membership.oldDiskAddressed",
      "4.4",
      "A message arrived for the disk that a server had before.",
      ({ env, event }) => event.type === "message" && event.toUid < env.config.uid,
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.oddAnswer, [
    onAny(
      ["voteReply", "preVoteReply", "appendAccepted", "appendRejected", "chunkReply"],
      "membership.strangerAnswers",
      "4.2.3",
      "An answer arrived from a server that is not a member any more.",
      (moment) => {
        const { event } = moment;
        return event.type === "message" && !isMember(moment.inForce, event.from);
      },
    ),
  ]),
  onEvent(
    "electionTimeout",
    "membership.mayNotStand",
    "4.2.1",
    "The timer of a learner or a removed server ran out, and it did not stand.",
    ({ before, after }) => before.horizon === undefined && after.role.type === "follower",
  ),
  onMessage(
    "requestVote",
    "membership.nonVoterVotes",
    "4.2.1",
    "A server gave its vote although it is not a voter by its own log.",
    (moment) =>
      sentOf(moment, "voteReply")?.granted === true &&
      !isVoter(moment.inForce, moment.env.config.id),
  ),
  ...onlyIf(CIRCUMSTANCE.changed, [
    onAny(
      COMMITTING,
      "membership.withoutLeader",
      "4.2.2",
      "A leader that is not a voter any more committed an entry without counting itself.",
      (moment) => {
        const { before, after, env } = moment;
        const isCommitting = before.role.type === "leader" && after.commit > before.commit;
        return isCommitting && !isVoter(moment.inForce, env.config.id);
      },
    ),
    onEvent(
      "heartbeatTimeout",
      "membership.removedLeads",
      "4.2.2",
      "A leader that is not a voter any more sent heartbeats.",
      (moment) => {
        const { after, env } = moment;
        return after.role.type === "leader" && !isVoter(moment.inForce, env.config.id);
      },
    ),
    onAny(
      COMMITTING,
      "membership.removedHandsOver",
      "4.2.2",
      "A removed leader stepped down and asked another server to stand.",
      (moment) =>
        moment.before.role.type === "leader" &&
        moment.after.role.type === "follower" &&
        sentOf(moment, "timeoutNow") !== undefined,
    ),
    onAny(
      COMMITTING,
      "membership.promoted",
      "4.2.1",
      "A learner that had caught up got its vote.",
      (moment) => {
        const next = appendedMembership(moment);
        const now = moment.inForce;
        return next !== undefined && next.voters.some((node) => now.learners.includes(node));
      },
    ),
    onAny(
      COMMITTING,
      "membership.replaced",
      "4.4",
      "A learner that had caught up took the place of a voter.",
      (moment) => {
        const next = appendedMembership(moment);
        const { promotions } = moment.inForce;
        return (
          next !== undefined &&
          promotions.some(
            ({ node, replaces }) =>
              replaces !== undefined &&
              next.voters.includes(node) &&
              !next.voters.includes(replaces),
          )
        );
      },
    ),
    onMessage(
      "appendAccepted",
      "membership.learnerAck",
      "4.2.1",
      "A learner held an entry that no majority of voters held.",
      (moment, { match, term }, from) => {
        const { after } = moment;
        const isLeading = after.role.type === "leader" && term === after.term;
        return isLeading && match > after.commit && moment.inForce.learners.includes(from);
      },
    ),
    onEvent(
      "electionTimeout",
      "membership.removedStands",
      "4.2.2",
      "A server stood for election although the last membership in its log does not have it as a voter.",
      (moment) => {
        const { after, env } = moment;
        const stands = after.role.type === "candidate" || after.role.type === "preCandidate";
        return stands && !isVoter(moment.inForce, env.config.id);
      },
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.cutting, [
    onMessage(
      "appendEntries",
      "membership.cut",
      "4.1",
      "A membership in force was removed from a log.",
      (moment) => {
        const cut = effectOf(moment, "truncateLog");
        const last = moment.before.memberships.at(-1);
        return cut !== undefined && last !== undefined && last.index > cut.after;
      },
    ),
  ]),
];

function isRefused(moment: Moment): boolean {
  return effectOf(moment, "rejectChange") !== undefined;
}
