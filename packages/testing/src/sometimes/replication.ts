import type { Index, NodeId, Term } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { effectOf, leaderIn, sentOf } from "./moment.ts";
import { onlyIf, onEvent, onMessage, type Moment, type StepPoint } from "./point.ts";

/** What a follower does with entries, and what a leader learns from replies. */
export const REPLICATION: readonly StepPoint[] = [
  ...onlyIf(CIRCUMSTANCE.outOfLine, [
    onMessage(
      "appendEntries",
      "replication.repeated",
      "§5.3",
      "All entries of a message were in the follower's log already.",
      (moment, { entries, term }) =>
        term === moment.after.term && entries.length > 0 && takesNothing(moment),
    ),
    onMessage(
      "appendEntries",
      "replication.repeatedEarlier",
      "§5.3",
      "Old entries arrived again after later ones, which must stay.",
      (moment, { entries, term }) => {
        const last = entries.at(-1)?.index ?? moment.env.log.lastIndex;
        return (
          term === moment.after.term && last < moment.env.log.lastIndex && takesNothing(moment)
        );
      },
    ),
    onMessage(
      "appendEntries",
      "replication.overlap",
      "§5.3",
      "The follower's log had the first entries of a message, and the others were new.",
      (moment, { entries }) => {
        const added = effectOf(moment, "appendLog")?.entries.length ?? entries.length;
        return added < entries.length && effectOf(moment, "truncateLog") === undefined;
      },
    ),
    onMessage(
      "appendEntries",
      "replication.beforeFirst",
      "§7",
      "Entries arrived that begin in the compacted part of the follower's log.",
      (moment, { prevIndex, term }) =>
        term === moment.after.term && prevIndex < moment.env.log.firstIndex - 1,
    ),
    onMessage(
      "appendEntries",
      "replication.gap",
      "§5.3",
      "A follower rejected entries because its log ends before them.",
      (moment, { prevIndex }) =>
        sentOf(moment, "appendRejected")?.conflictTerm === undefined &&
        isRejecting(moment) &&
        prevIndex > moment.env.log.lastIndex,
    ),
    onMessage(
      "appendEntries",
      "replication.conflict",
      "§5.3",
      "A follower rejected entries because its entry before them has another term.",
      (moment) => sentOf(moment, "appendRejected")?.conflictTerm !== undefined,
    ),
  ]),
  onMessage(
    "appendRejected",
    "replication.skipsTerm",
    "§5.3",
    "After a rejection a leader went back over a whole term that it does not have.",
    (moment, { conflictTerm, prevIndex }, from) => {
      const next = leaderIn(moment.after)?.progress[from]?.next ?? prevIndex;
      if (conflictTerm === undefined || next >= prevIndex || !isMoved(moment, from)) return false;
      return termBefore(moment.env, next) !== conflictTerm;
    },
  ),
  onMessage(
    "appendRejected",
    "replication.findsTerm",
    "§5.3",
    "After a rejection a leader went back to its own last entry of the follower's term.",
    (moment, { conflictTerm }, from) => {
      const next = leaderIn(moment.after)?.progress[from]?.next ?? 1;
      return (
        conflictTerm !== undefined &&
        isMoved(moment, from) &&
        termBefore(moment.env, next) === conflictTerm
      );
    },
  ),
  onMessage(
    "appendRejected",
    "replication.backToProbe",
    "10.2.2",
    "A follower missed entries that a leader had sent one after the other.",
    ({ before: was, after: then }, _reply, from) =>
      leaderIn(was)?.progress[from]?.type === "replicate" &&
      leaderIn(then)?.progress[from]?.type === "probe",
  ),
  onMessage(
    "appendRejected",
    "replication.lateRejection",
    "§5.3",
    "A rejection arrived after the position it is about was settled.",
    (moment, { term }, from) => {
      const was = leaderIn(moment.before)?.progress[from];
      const isKnown = was !== undefined && term === moment.before.term;
      return isKnown && was.type !== "snapshot" && !isMoved(moment, from);
    },
  ),
  onMessage(
    "appendRejected",
    "replication.lostAcknowledged",
    undefined,
    "A follower rejected an entry that it had acknowledged to the same leader.",
    ({ before: was, after: then }, _reply, from) =>
      (leaderIn(was)?.progress[from]?.match ?? 0) > 0 &&
      leaderIn(then)?.progress[from]?.match === 0,
  ),
  ...onlyIf(CIRCUMSTANCE.oddAnswer, [
    onMessage(
      "appendAccepted",
      "replication.lateAck",
      "§5.3",
      "An acknowledgement arrived after a later one of the same follower.",
      ({ before: was }, { term, match, round }, from) =>
        round > 0 && term === was.term && match < (leaderIn(was)?.progress[from]?.match ?? 0),
    ),
  ]),
  onEvent(
    "replicate",
    "replication.windowFull",
    "10.2.2",
    "A leader had more for a follower, and waited for an answer to what it had sent.",
    ({ env, after: then }) => {
      const role = leaderIn(then);
      if (role === undefined) return false;
      const { progress } = role;
      for (const node in progress) {
        const one = progress[node as NodeId];
        if (one?.type !== "replicate" || one.next > env.log.lastIndex) continue;
        if (one.inflight.length >= env.config.maxInflight) return true;
      }
      return false;
    },
  ),
  ...onlyIf(CIRCUMSTANCE.acting, [
    onEvent(
      "replicate",
      "replication.severalMessages",
      "10.2.2",
      "A leader needed several messages for what a follower lacked.",
      ({ effects }) =>
        effects.some((effect, at) => {
          const next = effects[at + 1];
          return (
            effect.type === "send" &&
            next?.type === "send" &&
            effect.to === next.to &&
            effect.message.type === "appendEntries" &&
            effect.message.entries.length > 0
          );
        }),
    ),
  ]),
  onEvent(
    "heartbeatTimeout",
    "replication.probeAgain",
    "§5.3",
    "A probe that was not answered was sent again.",
    ({ before: was, after: then }) => {
      const role = leaderIn(was);
      if (role === undefined || then.role.type !== "leader") return false;
      return Object.values(role.progress).some((one) => one.type === "probe" && one.waiting);
    },
  ),
  ...onlyIf(CIRCUMSTANCE.refusing, [
    onEvent(
      "propose",
      "replication.busy",
      undefined,
      "A leader rejected commands because too much was not committed yet.",
      (moment) => effectOf(moment, "rejectProposal")?.reason === "busy",
    ),
  ]),
  ...onlyIf(CIRCUMSTANCE.cutting, [
    onMessage(
      "appendEntries",
      "replication.cut",
      "§5.3",
      "A follower removed entries that contradict its leader's.",
      (moment) => effectOf(moment, "truncateLog") !== undefined,
    ),
    onMessage(
      "appendEntries",
      "replication.cutTerms",
      "§5.3",
      "A follower removed entries of several terms at once.",
      (moment) => {
        const { log } = moment.env;
        const cut = effectOf(moment, "truncateLog");
        return cut !== undefined && termAfter(moment.env, cut.after) !== log.termAt(log.lastIndex);
      },
    ),
    onMessage(
      "appendEntries",
      "replication.cutDurable",
      "§5.3",
      "A follower removed entries that were durable.",
      (moment) => {
        const cut = effectOf(moment, "truncateLog");
        return cut !== undefined && moment.before.durable > cut.after;
      },
    ),
  ]),
];

function isRejecting(moment: Moment): boolean {
  const { before: was, event } = moment;
  const isOld = event.type === "message" && event.message.term < was.term;
  return !isOld && sentOf(moment, "appendRejected") !== undefined;
}

/** Whether a follower accepted entries and neither added nor removed any. */
function takesNothing(moment: Moment): boolean {
  return (
    sentOf(moment, "appendAccepted") !== undefined &&
    effectOf(moment, "appendLog") === undefined &&
    effectOf(moment, "truncateLog") === undefined
  );
}

/** Whether a rejection changed where the leader tries next. */
function isMoved({ before: was, after: then }: Moment, from: NodeId): boolean {
  const [one, other] = [was, then].map((state) => leaderIn(state)?.progress[from]);
  return one?.next !== other?.next || one?.type !== other?.type;
}

/** Terms are undefined outside of the log. */
function termAfter({ log }: Moment["env"], at: number): Term | undefined {
  return log.termAt((at + 1) as Index);
}

function termBefore({ log }: Moment["env"], at: number): Term | undefined {
  return log.termAt((at - 1) as Index);
}
