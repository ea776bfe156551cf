import { atLeastAsUpToDate, lastPosition, type Message } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { isEvenMajority, isHalf, isIgnored, leaderIn, sentOf, WINNING, wins } from "./moment.ts";
import { onlyIf, onAny, onEvent, onMessage, type Moment, type StepPoint } from "./point.ts";

/** Elections, votes and pre-votes, and what ends a leader. */
export const ELECTIONS: readonly StepPoint[] = [
  onMessage(
    "voteReply",
    "elections.evenHalf",
    "§5.2",
    "A candidate had the votes of exactly half of an even number of voters, which is not enough.",
    (moment) => {
      const { role } = moment.after;
      const { voters, outgoing } = moment.inForce;
      return (
        outgoing.length === 0 && role.type === "candidate" && isHalf(voters, role.votes.length)
      );
    },
  ),
  onMessage(
    "voteReply",
    "elections.evenMajority",
    "§5.2",
    "A candidate won with exactly half of an even number of voters plus one.",
    (moment) => {
      const { voters, outgoing } = moment.inForce;
      return outgoing.length === 0 && wins(moment) && isEvenMajority(voters, votes(moment) + 1);
    },
  ),
  onEvent(
    "electionTimeout",
    "elections.sole",
    "§5.2",
    "The only voter of a cluster won without asking anyone.",
    wins,
  ),
  onEvent(
    "electionTimeout",
    "elections.split",
    "§5.2",
    "A candidate had no majority when its timer ran out.",
    ({ before, after }) => before.role.type === "candidate" && after.role.type !== "leader",
  ),
  onMessage(
    "requestVote",
    "elections.voteTaken",
    "§5.2",
    "A candidate with a good log asked for a vote that another one has in that term.",
    (moment, { term }, from) => {
      const { before } = moment;
      const isTaken = before.votedFor !== undefined && before.votedFor !== from;
      return isTaken && before.term === term && isRefused(moment) && isUpToDate(moment);
    },
  ),
  onMessage(
    "requestVote",
    "elections.voteRepeated",
    "§5.2",
    "A candidate asked again for a vote that it had, and got it again.",
    (moment, { term }, from) =>
      moment.before.votedFor === from &&
      moment.before.term === term &&
      sentOf(moment, "voteReply")?.granted === true,
  ),
  onMessage(
    "requestVote",
    "elections.shorterLog",
    "§5.4.1",
    "A vote was refused because the candidate's log ends in the same term and is shorter.",
    (moment, { lastTerm, lastIndex, term }) => {
      const ours = lastPosition(moment.env.log);
      const isShorter = lastTerm === ours.term && lastIndex < ours.index;
      return isShorter && term === moment.after.term && isRefused(moment);
    },
  ),
  onMessage(
    "requestVote",
    "elections.longerOlderLog",
    "§5.4.1",
    "A vote was refused although the candidate's log is longer, because it ends in an earlier term.",
    (moment, { lastTerm, lastIndex, term }) => {
      const ours = lastPosition(moment.env.log);
      const isLonger = lastIndex > ours.index && lastTerm < ours.term;
      return isLonger && term === moment.after.term && isRefused(moment);
    },
  ),
  onMessage(
    "requestVote",
    "elections.shorterLaterLog",
    "§5.4.1",
    "A vote was given although the candidate's log is shorter, because it ends in a later term.",
    (moment, { lastTerm, lastIndex }) => {
      const ours = lastPosition(moment.env.log);
      const isShorter = lastIndex < ours.index && lastTerm > ours.term;
      return isShorter && sentOf(moment, "voteReply")?.granted === true;
    },
  ),
  onMessage(
    "voteReply",
    "elections.lateVote",
    "§5.2",
    "A vote of an earlier election arrived at a candidate.",
    ({ before }, { term, granted }) =>
      granted && before.role.type === "candidate" && term < before.term,
  ),
  onMessage(
    "voteReply",
    "elections.voteTwice",
    "§5.2",
    "The same vote arrived twice at a candidate.",
    ({ before }, { term, granted }, from) =>
      granted &&
      term === before.term &&
      before.role.type === "candidate" &&
      before.role.votes.includes(from),
  ),
  onMessage(
    "voteReply",
    "elections.spareVote",
    "§5.2",
    "A vote arrived at a leader that had won without it.",
    ({ before }, { term, granted }) =>
      granted && term === before.term && before.role.type === "leader",
  ),
  onMessage(
    "preVoteReply",
    "elections.latePromise",
    "9.6",
    "A promise to vote arrived that was given for another term than the next one.",
    ({ before }, { term, granted }) =>
      granted && before.role.type === "preCandidate" && term !== before.term + 1,
  ),
  onMessage(
    "requestPreVote",
    "elections.preVoteBehind",
    "9.6",
    "A pre-vote was refused because of the log of the server that asked.",
    (moment, { term }) => {
      const reply = sentOf(moment, "preVoteReply");
      return reply?.granted === false && term > moment.before.term && !isUpToDate(moment);
    },
  ),
  onMessage(
    "requestPreVote",
    "elections.preVoteWithheld",
    "4.2.3",
    "A pre-vote was withheld because a leader was heard, although the log of the server that asked is good.",
    (moment, { term }) =>
      moment.before.role.type === "follower" &&
      moment.before.role.heard &&
      term > moment.before.term &&
      isIgnored(moment) &&
      isUpToDate(moment),
  ),
  onMessage(
    "requestVote",
    "elections.voteWithheld",
    "4.2.3",
    "A vote of a newer term was withheld because a leader was heard.",
    (moment, { term }) =>
      moment.before.role.type === "follower" && term > moment.before.term && isIgnored(moment),
  ),
  onMessage(
    "requestVote",
    "elections.leaderWithholds",
    "4.2.3",
    "A leader ignored a candidate of a newer term.",
    (moment, { term }) =>
      moment.before.role.type === "leader" && term > moment.before.term && isIgnored(moment),
  ),
  onMessage(
    "requestVote",
    "elections.transferHeard",
    "4.2.3",
    "A server that heard a leader voted at once, because that leader had asked the candidate to stand.",
    (moment, { transfer }) =>
      transfer &&
      moment.before.role.type === "follower" &&
      moment.before.role.heard &&
      sentOf(moment, "voteReply")?.granted === true,
  ),
  onMessage(
    "requestVote",
    "elections.oldRequest",
    "§5.1",
    "A candidate of an earlier term asked for a vote.",
    ({ before }, { term }) => term < before.term,
  ),
  onAny(
    WINNING,
    "elections.inherited",
    "§5.4.2",
    "A leader was elected with entries of earlier terms that it did not know to be committed.",
    (moment) => wins(moment) && moment.env.log.lastIndex > moment.before.commit,
  ),
  onEvent(
    "heartbeatTimeout",
    "elections.quorumLost",
    "6.2",
    "A leader that no majority answered stepped down.",
    ({ before, after }) => before.role.type === "leader" && after.role.type !== "leader",
  ),
  onEvent(
    "heartbeatTimeout",
    "elections.quorumLastBeat",
    "6.2",
    "A majority answered a leader within the last heartbeat before it would have stepped down.",
    ({ env, before, after }) => {
      const { quorumBeats } = env.config;
      const beats = leaderIn(before)?.check.beats ?? 0;
      return quorumBeats > 1 && beats + 1 >= quorumBeats && after.role.type === "leader";
    },
  ),
  ...onlyIf(CIRCUMSTANCE.unsteady, [
    onMessage(
      "appendEntries",
      "elections.candidateYields",
      "§5.2",
      "A candidate heard the leader of its own term.",
      ({ before }, { term }) => before.role.type === "candidate" && term === before.term,
    ),
    onMessage(
      "appendEntries",
      "elections.preCandidateYields",
      "9.6",
      "A server that asked for pre-votes heard the leader of its own term.",
      ({ before }, { term }) => before.role.type === "preCandidate" && term === before.term,
    ),
    onAny(
      ["appendRejected", "voteReply", "chunkReply", "appendAccepted"],
      "elections.deposedByReply",
      "§5.1",
      "A leader learned of a newer term from a reply.",
      ({ before, after }) => before.role.type === "leader" && after.term > before.term,
    ),
    onMessage(
      "appendEntries",
      "elections.oldLeader",
      "§5.1",
      "A leader of an earlier term sent entries or a heartbeat.",
      ({ before }, { term }) => term < before.term,
    ),
    onAny(
      ["requestVote", "voteReply", "appendRejected", "appendEntries", "readRequest"],
      "elections.stillWithholds",
      "6.4.1",
      "With leases on, a server that heard a leader adopted a newer term and kept withholding its vote.",
      ({ before, after }) =>
        after.term > before.term &&
        after.role.type === "follower" &&
        after.role.leader === undefined &&
        after.role.heard,
    ),
  ]),
];

function votes({ before }: Moment): number {
  return before.role.type === "candidate" ? before.role.votes.length : 0;
}

function isRefused(moment: Moment): boolean {
  return sentOf(moment, "voteReply")?.granted === false;
}

/** Whether the log of the server that asks for a vote holds all that this one's log does. */
function isUpToDate({ env, event }: Moment): boolean {
  const { lastIndex, lastTerm } = (event as { message: Message<unknown> })
    .message as Message<unknown> & {
    readonly type: "requestVote" | "requestPreVote";
  };
  return atLeastAsUpToDate({ index: lastIndex, term: lastTerm }, lastPosition(env.log));
}
