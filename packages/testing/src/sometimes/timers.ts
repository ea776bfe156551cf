import { effectOf, leaderIn } from "./moment.ts";
import { onEvent, type StepPoint } from "./point.ts";

/** Timers that ran out and obituaries of servers whose process is gone, at the core. */
export const TIMERS: readonly StepPoint[] = [
  onEvent(
    "peerDown",
    "timers.leaderDown",
    undefined,
    "A follower learned that its leader's process is gone.",
    ({ before }, { node }) => before.role.type === "follower" && before.role.leader === node,
  ),
  onEvent(
    "peerDown",
    "timers.leaderDownAtLearner",
    undefined,
    "A server that may not stand for election learned that its leader's process is gone.",
    (moment, { node }) =>
      moment.before.role.type === "follower" &&
      moment.before.role.leader === node &&
      effectOf(moment, "hastenElectionTimer") === undefined,
  ),
  onEvent(
    "peerDown",
    "timers.otherDown",
    undefined,
    "A follower that heard its leader learned that another server's process is gone.",
    ({ before }, { node }) =>
      before.role.type === "follower" &&
      before.role.leader !== undefined &&
      before.role.leader !== node,
  ),
  onEvent(
    "peerDown",
    "timers.followerDown",
    undefined,
    "A leader learned that a follower's process is gone while messages to it were not answered.",
    ({ before }, { node }) => {
      const progress = leaderIn(before)?.progress[node];
      return progress?.type === "replicate" && progress.inflight.length > 0;
    },
  ),
  onEvent(
    "peerDown",
    "timers.receiverDown",
    undefined,
    "A leader learned that the receiver of its snapshot is gone.",
    ({ before }, { node }) => leaderIn(before)?.progress[node]?.type === "snapshot",
  ),
  onEvent(
    "peerDown",
    "timers.downInElection",
    undefined,
    "A candidate, or a server that asks for pre-votes, learned that another server's process is gone.",
    ({ before: { role } }) => role.type === "candidate" || role.type === "preCandidate",
  ),
  onEvent(
    "leaderSilent",
    "timers.silent",
    "4.2.3",
    "The shortest election timeout passed without a leader, and votes were not withheld any more.",
    ({ before, after }) => before.role.type === "follower" && before.role.heard && before !== after,
  ),
  onEvent(
    "leaderSilent",
    "timers.silentInElection",
    "4.2.3",
    "The shortest election timeout passed in an election.",
    ({ before: { role } }) => role.type === "candidate" || role.type === "preCandidate",
  ),
];
