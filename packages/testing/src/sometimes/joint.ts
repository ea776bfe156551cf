import {
  confirmedRound,
  decides,
  initialMembership,
  isChanging,
  isJoint,
  isQuorum,
  majority,
  membershipOf,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import {
  appendedMembership,
  COMMITTING,
  heldBy,
  holders,
  isEvenMajority,
  isHalf,
  leaderIn,
  WINNING,
  wins,
} from "./moment.ts";
import { onlyIf, onAny, onEvent, onMessage, type Moment, type StepPoint } from "./point.ts";

/** Decisions of joint memberships, and of memberships that are not committed yet. */
export const JOINT: readonly StepPoint[] = [
  onEvent(
    "changeMembership",
    "membership.severalInAndOut",
    "4.3",
    "A change brought several voters in and took several out.",
    (moment) => {
      const next = appendedMembership(moment);
      if (next === undefined) return false;
      const { voters, outgoing } = next;
      const entering = voters.filter((node) => !outgoing.includes(node));
      const leaving = outgoing.filter((node) => !voters.includes(node));
      return outgoing.length > 0 && entering.length > 1 && leaving.length > 1;
    },
  ),
  onEvent(
    "changeMembership",
    "membership.demoted",
    "4.2.1",
    "A voter was to become a learner at the end of a joint membership.",
    (moment) => (appendedMembership(moment)?.learnersNext.length ?? 0) > 0,
  ),
  ...onlyIf(CIRCUMSTANCE.unsettled, [
    onAny(
      COMMITTING,
      "membership.evenOutgoing",
      "4.3",
      "A joint membership with an even outgoing half committed by exactly a majority of that half.",
      (moment) => {
        const { outgoing } = moment.inForce;
        const { before, after } = moment;
        return (
          after.commit > before.commit &&
          isEvenMajority(outgoing, holders(moment, outgoing, after.commit))
        );
      },
    ),
    onAny(
      COMMITTING,
      "membership.halfOutgoing",
      "4.3",
      "Exactly half of an even outgoing half held an entry that all but it would have committed.",
      (moment) => {
        const { voters, outgoing } = moment.inForce;
        const { log } = moment.env;
        const { after } = moment;
        return (
          outgoing.length > 0 &&
          after.commit < log.lastIndex &&
          isHalf(outgoing, holders(moment, outgoing, log.lastIndex)) &&
          holders(moment, voters, log.lastIndex) >= majority(voters.length)
        );
      },
    ),
    onAny(
      COMMITTING,
      "membership.oneHalfHolds",
      "4.3",
      "A majority of one half of a joint membership held an entry, and the other half did not.",
      (moment) => {
        const { voters, outgoing } = moment.inForce;
        const { after, env } = moment;
        if (outgoing.length === 0 || after.commit >= env.log.lastIndex) return false;
        const [one, other] = [voters, outgoing].map(
          (half) => holders(moment, half, env.log.lastIndex) >= majority(half.length),
        );
        return one !== other;
      },
    ),
    onAny(
      WINNING,
      "membership.jointWon",
      "4.3",
      "A leader was elected by both halves of a joint membership.",
      (moment) => wins(moment) && isJoint(moment.inForce),
    ),
    onMessage(
      "voteReply",
      "membership.oneHalfVoted",
      "4.3",
      "A candidate had a majority of one half of a joint membership, and not of the other.",
      (moment) => {
        const { voters, outgoing } = moment.inForce;
        const { role } = moment.after;
        if (outgoing.length === 0 || role.type !== "candidate") return false;
        return isQuorum(voters, role.votes) !== isQuorum(outgoing, role.votes);
      },
    ),
    onMessage(
      "voteReply",
      "membership.halfOutgoingVoted",
      "4.3",
      "A candidate had exactly half of an even outgoing half, and a majority of the other.",
      (moment) => {
        const { voters, outgoing } = moment.inForce;
        const { role } = moment.after;
        if (outgoing.length === 0 || role.type !== "candidate") return false;
        const { votes } = role;
        return isHalf(outgoing, count(outgoing, votes)) && isQuorum(voters, votes);
      },
    ),
    onMessage(
      "voteReply",
      "membership.uncommittedElects",
      "4.1",
      "Votes that decide by the last committed membership do not by the one in force, or the reverse.",
      (moment) => {
        const { role } = moment.before;
        const { event } = moment;
        if (role.type !== "candidate" || event.type !== "message") return false;
        const earlier = previousMembership(moment);
        if (earlier === undefined) return false;
        const votes = [...role.votes, event.from];
        return decides(earlier, votes) !== decides(moment.inForce, votes);
      },
    ),
    onAny(
      COMMITTING,
      "membership.uncommittedCommits",
      "4.1",
      "A majority of the last committed membership held an entry, and not one of the membership in force, or the reverse.",
      (moment) => {
        const { after, env } = moment;
        if (after.role.type !== "leader") return false;
        const earlier = previousMembership(moment);
        if (earlier === undefined) return false;
        const all = [
          ...new Set([...earlier.voters, ...earlier.outgoing, ...moment.inForce.voters]),
        ];
        const holding = all.filter((node) => heldBy(moment, node) >= env.log.lastIndex);
        return decides(earlier, holding) !== decides(moment.inForce, holding);
      },
    ),
    onAny(
      WINNING,
      "membership.wonWhileChanging",
      "4.1",
      "A leader was elected whose last membership was not committed.",
      (moment) => wins(moment) && isChanging(moment.before),
    ),
    onAny(
      COMMITTING,
      "membership.jointLeft",
      "4.3",
      "A joint membership was committed, and its leader left it.",
      (moment) => {
        const next = appendedMembership(moment);
        return next !== undefined && isJoint(moment.inForce) && !isJoint(next);
      },
    ),
    onMessage(
      "appendAccepted",
      "membership.oneHalfAnswers",
      "6.2",
      "A majority of one half of a joint membership had answered a round, and the other half had not.",
      (moment) => {
        const { env, after } = moment;
        const role = leaderIn(after);
        const now = moment.inForce;
        if (role === undefined || !isJoint(now)) return false;
        const answered = Object.entries(role.progress)
          .filter(([, { round }]) => round >= role.round)
          .map(([node]) => node as NodeId);
        const all = [...answered, env.config.id];
        const isHalfDone = isQuorum(now.voters, all) !== isQuorum(now.outgoing, all);
        return isHalfDone && confirmedRound(env, after, role) < role.round;
      },
    ),
  ]),
];

function count(nodes: readonly NodeId[], votes: readonly NodeId[]): number {
  return nodes.filter((node) => votes.includes(node)).length;
}

/** The membership before the one in force, while that is not committed; undefined otherwise. */
function previousMembership({ env, before }: Moment): Membership | undefined {
  if (!isChanging(before)) return undefined;
  const memberships = before.memberships.slice(0, -1);
  if (memberships.length > 0) return membershipOf(env, { ...before, memberships });
  return initialMembership(env.config.voters);
}
