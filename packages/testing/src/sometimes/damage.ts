import { atLeastAsUpToDate, lastPosition, type LogPosition } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { effectOf, isIgnored, sentOf } from "./moment.ts";
import { onlyIf, onAny, onEvent, onMessage, type Moment, type StepPoint } from "./point.ts";

/** Damaged logs and their repair (Alagappan et al., FAST '18). */
export const DAMAGE: readonly StepPoint[] = [
  onMessage(
    "fetchRequest",
    "damage.unproven",
    undefined,
    "A server had an entry that another one lacks, and nothing shows that it is the same one.",
    (moment) => {
      const answer = sentOf(moment, "fetchReply")?.answer;
      return answer?.type === "lack" && answer.why === "unproven";
    },
  ),
  onMessage(
    "fetchRequest",
    "damage.offersSnapshot",
    undefined,
    "The entries that a server lacks were compacted at another one, which offered its snapshot.",
    (moment) => sentOf(moment, "fetchReply")?.answer.type === "snapshot",
  ),
  ...onlyIf(CIRCUMSTANCE.damaged, [
    onMessage(
      "requestVote",
      "damage.voteRefused",
      undefined,
      "A server refused its vote because of what its log had before it was damaged.",
      (moment) => isRefusedByHorizon(moment, sentOf(moment, "voteReply")?.granted),
    ),
    onMessage(
      "requestPreVote",
      "damage.preVoteRefused",
      undefined,
      "A server refused a pre-vote because of what its log had before it was damaged.",
      (moment) => isRefusedByHorizon(moment, sentOf(moment, "preVoteReply")?.granted),
    ),
    onMessage(
      "requestVote",
      "damage.votes",
      undefined,
      "A server with a damaged log gave its vote to a candidate whose log has all that it had.",
      (moment) =>
        moment.before.horizon !== undefined && sentOf(moment, "voteReply")?.granted === true,
    ),
    onEvent(
      "electionTimeout",
      "damage.asks",
      undefined,
      "A server with a damaged log heard no leader and asked all others for what it lacks.",
      (moment) => sentOf(moment, "fetchRequest") !== undefined,
    ),
    onAny(
      ["requestVote", "requestPreVote", "fetchRequest"],
      "damage.asksStranger",
      undefined,
      "A server with a damaged log asked a server that it does not know as a member.",
      (moment) => sentOf(moment, "fetchRequest") !== undefined,
    ),
    onMessage(
      "timeoutNow",
      "damage.mayNotStand",
      undefined,
      "A server with a damaged log was asked to stand for election, and did not.",
      ({ before, after }) => before.horizon !== undefined && after.role.type === "follower",
    ),
    onMessage(
      "fetchReply",
      "damage.fetched",
      undefined,
      "A server with a damaged log took an entry of its own log from another server.",
      (moment) => effectOf(moment, "appendLog") !== undefined,
    ),
    onMessage(
      "fetchReply",
      "damage.lacksToo",
      undefined,
      "The entry that a server lacks was damaged at another server as well.",
      (moment, { answer }) =>
        !isIgnored(moment) && answer.type === "lack" && answer.why === "damaged",
    ),
    onMessage(
      "fetchReply",
      "damage.neverHad",
      undefined,
      "Another server never had the entry that a server with a damaged log lacks.",
      (moment, { answer }) =>
        !isIgnored(moment) && answer.type === "lack" && answer.why === "absent",
    ),
    onMessage(
      "fetchReply",
      "damage.lateAnswer",
      undefined,
      "What a server had asked for arrived after it had it.",
      ({ env, before }, { after }) => before.horizon !== undefined && after !== env.log.lastIndex,
    ),
    onMessage(
      "fetchReply",
      "damage.leaderFirst",
      undefined,
      "What a server had asked for arrived after it had heard a leader, which repairs it faster.",
      (moment) =>
        moment.before.horizon !== undefined &&
        isIgnored(moment) &&
        moment.before.role.type === "follower" &&
        moment.before.role.leader !== undefined,
    ),
    onMessage(
      "fetchedChunk",
      "damage.partMissing",
      undefined,
      "A part of a snapshot was damaged at one server, and asked for at another.",
      (moment, { bytes }) => bytes.length === 0 && moment.effects.length > 0,
    ),
    onMessage(
      "appendEntries",
      "damage.repairedByLeader",
      undefined,
      "A leader's entries made a damaged log intact again.",
      (moment) => effectOf(moment, "logRepaired") !== undefined,
    ),
    onAny(
      ["fetchReply", "electionTimeout", "snapshotReceived"],
      "damage.repairedAlone",
      undefined,
      "A damaged log was intact again without a leader.",
      (moment) =>
        effectOf(moment, "logRepaired") !== undefined &&
        moment.before.role.type === "follower" &&
        moment.before.role.leader === undefined,
    ),
    onMessage(
      "appendEntries",
      "damage.replacedByLeader",
      undefined,
      "A leader cut the log of a server that was being repaired.",
      (moment) =>
        moment.before.horizon !== undefined && effectOf(moment, "truncateLog") !== undefined,
    ),
  ]),
];

function isRefusedByHorizon({ env, before, event }: Moment, granted: boolean | undefined): boolean {
  const { horizon } = before;
  if (horizon === undefined || granted !== false || event.type !== "message") return false;
  const { message } = event;
  if (message.type !== "requestVote" && message.type !== "requestPreVote") return false;
  const theirs: LogPosition = { index: message.lastIndex, term: message.lastTerm };
  return atLeastAsUpToDate(theirs, lastPosition(env.log)) && !atLeastAsUpToDate(theirs, horizon);
}
