import { describe, expect, test } from "vitest";
import * as chapters from "../support/broken-chapters.ts";
import * as broken from "../support/broken-rules.ts";
import * as cores from "../support/broken-steps.ts";
import { detectedIn, shortestOf, type BrokenCore } from "../support/detected.ts";

const BARE = { crashes: 0, proposals: 0, inflight: 1 };
const READS = { ...BARE, reads: 1 };
const LEASES = { ...READS, config: { leases: true, quorumBeats: 2 } };
const HAND_OVERS = { ...BARE, transfers: 1 };
const CHECKED = { ...BARE, heartbeats: 2, config: { quorumBeats: 1 } };

const OF_ELECTIONS: readonly BrokenCore[] = [
  {
    name: "that takes newer terms from requests only",
    step: broken.ignoresTermsOfAnswers,
    text: "a: it does not adopt a newer term",
    actions: 5,
  },
  {
    name: "that refuses votes silently",
    step: broken.keepsRefusalsToItself,
    text: "b: it does not answer a request for its vote",
    actions: 3,
  },
  {
    name: "that votes for any candidate, whatever its log lacks",
    step: cores.votesWithoutLogCheck,
    text: "a: it promises a vote to a server whose log lacks what it has",
    actions: 6,
  },
  {
    name: "that votes although it hears a leader",
    step: chapters.votesWhileItHearsALeader,
    bounds: LEASES,
    text: "c: it votes, or adopts a term, although it hears a leader; c: it votes again before a leader was silent for an election timeout",
    actions: 2,
  },
  {
    name: "that votes again in a newer term although a leader was heard",
    step: broken.forgetsItsLeaderWithTheTerm,
    bounds: { ...LEASES, transfers: 1 },
    text: "b: it votes again before a leader was silent for an election timeout",
    actions: 11,
  },
  {
    name: "that waits for candidates that it refuses",
    step: broken.waitsForCandidatesThatItRefuses,
    text: "b: its election timer does not follow its vote",
    actions: 3,
  },
  {
    name: "that stands although it hears its leader",
    step: broken.standsAlthoughItHearsItsLeader,
    text: "c: its leader does not reset its election timer",
    actions: 4,
  },
  {
    name: "that refuses to promise its vote",
    step: broken.promisesNothing,
    bounds: { ...BARE, config: { preVote: true } },
    text: "c: it refuses a vote that it has not given to another server",
    actions: 2,
  },
  {
    name: "that counts a refused promise",
    step: broken.countsRefusedPromises,
    bounds: { ...BARE, config: { preVote: true } },
    text: "b: it stands without promises of a majority",
    actions: 9,
  },
  {
    name: "that counts a refusal as a vote",
    step: cores.countsRefusals,
    text: "a in term 1: it leads without a majority",
    actions: 4,
  },
  {
    name: "that counts the promise of a vote as a vote",
    step: chapters.countsPromises,
    bounds: { ...BARE, inflight: 3, config: { preVote: true } },
    text: "a in term 1: it leads without a majority",
    actions: 5,
  },
];

const OF_LEADERS: readonly BrokenCore[] = [
  {
    name: "that never commits",
    step: broken.neverCommits,
    text: "a: it does not commit an entry of its term that a majority holds",
    actions: 7,
  },
  {
    name: "that treats a rejection as a match",
    step: cores.takesRefusalForMatch,
    text: "a in term 1: it commits 1 without a majority",
    actions: 9,
  },
  {
    name: "that lets a read be confirmed by an earlier round",
    step: chapters.confirmsByEarlierRound,
    bounds: READS,
    text: "a: a read waits for a round that began before it came",
    actions: 4,
  },
  {
    name: "that answers reads by one answer",
    step: broken.answersReadsByOneAnswer,
    bounds: READS,
    text: "a: it answers a read whose round no majority has answered",
    actions: 6,
  },
  {
    name: "that takes answers for later ones",
    step: broken.takesAnswersForLaterOnes,
    bounds: { ...BARE, heartbeats: 1 },
    text: "a: an answer confirms a round that it does not name",
    actions: 6,
  },
  {
    name: "that answers rounds of old terms",
    step: broken.answersRoundsOfOldTerms,
    bounds: BARE,
    text: "c: it answers a round of another term",
    actions: 5,
  },
  {
    name: "that uses its lease before it has committed an entry of its term",
    step: chapters.leasesBeforeItsFirstCommit,
    bounds: LEASES,
    text: "a: it answers a read by a lease that it does not have",
    actions: 7,
  },
  {
    name: "that has its lease again when a transfer has failed",
    step: broken.takesItsLeaseBack,
    bounds: { ...HAND_OVERS, heartbeats: 1, config: { quorumBeats: 1 } },
    text: "a: it has a lease although it has asked another server to stand",
    actions: 9,
  },
  {
    name: "that checks its quorum by one answer",
    step: broken.checksItsQuorumByOne,
    bounds: CHECKED,
    text: "a: the check of its quorum does not follow the answers",
    actions: 5,
  },
];

const OF_HAND_OVERS: readonly BrokenCore[] = [
  {
    name: "that takes proposals while it hands over",
    step: chapters.takesProposalsInAHandOver,
    bounds: { ...HAND_OVERS, proposals: 1 },
    text: "a: it takes a proposal while it hands over",
    actions: 5,
  },
  {
    name: "that asks a server to stand that lacks entries",
    step: broken.asksAServerThatLacksEntries,
    bounds: HAND_OVERS,
    text: "a: it asks a server to stand that does not hold its whole log",
    actions: 4,
  },
  {
    name: "that does not say that it was asked to stand",
    step: broken.hidesThatItWasAsked,
    bounds: HAND_OVERS,
    text: "c: its requests for votes do not say whether its leader asked it to stand",
    actions: 9,
  },
  {
    name: "that waits for its target without an end",
    step: broken.waitsForItsTarget,
    bounds: { ...HAND_OVERS, heartbeats: 1, config: { quorumBeats: 1 } },
    text: "a: it hands over for longer than an election timeout",
    actions: 7,
  },
];

describe("a core", () => {
  test.each([...OF_ELECTIONS, ...OF_LEADERS, ...OF_HAND_OVERS])(
    "$name breaks a rule, in a shortest run",
    (each) => {
      expect(detectedIn({ ...each, rules: true })).toEqual(shortestOf(each));
    },
  );
});
