import { confirmedRound, isJoint } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { effectOf, leaderIn, sentOf } from "./moment.ts";
import { onlyIf, onAny, onEvent, onMessage, type Moment, type StepPoint } from "./point.ts";

/** Steps in which a leader can release a read that waits. */
const RELEASING = ["appendAccepted", "appendRejected", "durable", "replicate"] as const;

/** Linearizable reads: rounds, followers that ask, and leases. */
export const READS: readonly StepPoint[] = [
  ...onlyIf(CIRCUMSTANCE.readAdded, [
    onEvent(
      "read",
      "reads.duringRound",
      "6.4",
      "A read arrived while another round was under way, and had to wait for the next one.",
      (moment) => {
        const { env, before } = moment;
        const role = leaderIn(before);
        return (
          role !== undefined && waits(moment) && confirmedRound(env, before, role) < role.round
        );
      },
    ),
    onEvent(
      "read",
      "reads.beforeOwnEntry",
      "6.4",
      "A read arrived at a leader that had not committed an entry of its own term.",
      (moment) => waits(moment) && !knowsCommitted(moment.env, moment.before),
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.acting, [
    onEvent(
      "read",
      "reads.followerAsks",
      "6.4",
      "A follower asked its leader for an index at which it may read.",
      (moment) => sentOf(moment, "readRequest") !== undefined,
    ),
    onEvent(
      "read",
      "reads.noLeader",
      "6.4",
      "A read was refused because no leader was known.",
      (moment) => effectOf(moment, "rejectRead") !== undefined,
    ),
  ]),
  onMessage(
    "readRequest",
    "reads.askedInVain",
    "6.4",
    "A follower asked for a read index of a server that does not lead its term any more.",
    ({ before }, { term }) => before.role.type !== "leader" || term !== before.term,
  ),
  onMessage(
    "readReply",
    "reads.lateReply",
    "6.4",
    "A read index arrived after its term had ended.",
    ({ before }, { term }) => term < before.term,
  ),
  onMessage(
    "readReply",
    "reads.replyAtOther",
    "6.4",
    "A read index arrived at a server that does not follow its sender any more.",
    ({ before: { role } }, _message, from) => role.type !== "follower" || role.leader !== from,
  ),
  onEvent(
    "read",
    "reads.leased",
    "6.4.1",
    "A read was answered by a lease, without a round.",
    (moment, { leased }) => leased && effectOf(moment, "readReady") !== undefined,
  ),
  ...onlyIf(CIRCUMSTANCE.readAdded, [
    onEvent(
      "read",
      "reads.leaseInTransfer",
      "6.4.1",
      "A read came with a lease while leadership was being transferred, and waited for a round.",
      (moment, { leased }) =>
        leased && waits(moment) && leaderIn(moment.before)?.transfer !== undefined,
    ),
    onEvent(
      "read",
      "reads.leaseGivenUp",
      "6.4.1",
      "A read came with a lease after a transfer that had failed, and waited for a round.",
      (moment, { leased }) => {
        const role = leaderIn(moment.before);
        return (
          leased && waits(moment) && role?.leaseGivenUp === true && role.transfer === undefined
        );
      },
    ),
    onEvent(
      "read",
      "reads.leaseBeforeOwnEntry",
      "6.4.1",
      "A read came with a lease before the first commit of its leader's term.",
      (moment, { leased }) => leased && waits(moment) && !knowsCommitted(moment.env, moment.before),
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.readsWait, [
    onAny(
      RELEASING,
      "reads.earlierRound",
      "6.4",
      "A majority answered a round that began before a read arrived, and the read went on waiting.",
      (moment) => {
        const { env, before, after } = moment;
        const [was, now] = [leaderIn(before), leaderIn(after)];
        if (was === undefined || now === undefined || now.reads.length === 0) return false;
        const confirmed = confirmedRound(env, after, now);
        return (
          confirmed > confirmedRound(env, before, was) &&
          now.reads.some(({ round }) => round > confirmed)
        );
      },
    ),
    onAny(
      RELEASING,
      "reads.confirmedTooEarly",
      "6.4",
      "A read was confirmed by its round and still waited for the first commit of its leader's term.",
      ({ env, after }) => {
        const role = leaderIn(after);
        if (role === undefined || role.reads.length === 0 || knowsCommitted(env, after))
          return false;
        const confirmed = confirmedRound(env, after, role);
        return role.reads.some(({ round }) => round <= confirmed);
      },
    ),
    onAny(
      RELEASING,
      "reads.laterIndex",
      "6.4",
      "A read was answered from a later index than that of its arrival, which its leader could not know to be enough.",
      ({ env, before, after }) => {
        const role = leaderIn(before);
        const left = leaderIn(after)?.reads.length ?? 0;
        if (role === undefined || left >= role.reads.length) return false;
        const first = role.reads[0];
        return first !== undefined && env.log.termAt(first.index) !== before.term;
      },
    ),
    onAny(
      RELEASING,
      "reads.shared",
      "6.4",
      "Several reads were confirmed by the same round.",
      ({ before, after }) => releasedCount(before, after) > 1,
    ),
    onMessage(
      "appendRejected",
      "reads.byRejection",
      "6.4",
      "A rejection confirmed the round of a read: it shows as well that its sender knows of no later leader.",
      ({ before, after }) => releasedCount(before, after) > 0,
    ),
    onAny(
      RELEASING,
      "reads.joint",
      "4.3",
      "A read was confirmed by both halves of a joint membership.",
      (moment) => releasedCount(moment.before, moment.after) > 0 && isJoint(moment.inForce),
    ),
    onMessage(
      "appendAccepted",
      "reads.oldRound",
      "6.4",
      "An answer to an earlier round arrived while reads waited for a later one.",
      ({ before }, { round, term }) => {
        const role = leaderIn(before);
        const first = role?.reads[0];
        return term === before.term && first !== undefined && round > 0 && round < first.round;
      },
    ),
    onAny(
      [
        "heartbeatTimeout",
        "appendRejected",
        "appendAccepted",
        "voteReply",
        "durable",
        "appendEntries",
      ],
      "reads.leaderGone",
      "6.4",
      "A leader stopped leading while reads waited.",
      ({ before, after }) =>
        (leaderIn(before)?.reads.length ?? 0) > 0 && after.role.type !== "leader",
    ),
    onAny(
      [
        "heartbeatTimeout",
        "appendRejected",
        "appendAccepted",
        "voteReply",
        "durable",
        "appendEntries",
      ],
      "reads.forgotten",
      "6.4",
      "A leader stopped leading while a read of a follower waited, which gets no answer.",
      ({ before, after }) =>
        after.role.type !== "leader" &&
        (leaderIn(before)?.reads.some(({ from }) => from !== undefined) ?? false),
    ),
  ]),
];

/** Whether the read of this step was added to those that wait. */
function waits({ before, after }: Moment): boolean {
  return (leaderIn(after)?.reads.length ?? 0) > (leaderIn(before)?.reads.length ?? 0);
}

/** Reads that were answered, not those that a server dropped. */
function releasedCount(before: Moment["before"], after: Moment["after"]): number {
  const [was, now] = [leaderIn(before), leaderIn(after)];
  return was === undefined || now === undefined ? 0 : was.reads.length - now.reads.length;
}

function knowsCommitted({ log }: Moment["env"], { commit, term }: Moment["before"]): boolean {
  return log.termAt(commit) === term;
}
