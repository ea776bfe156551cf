import { ELECTIONS } from "../../../packages/testing/src/sometimes/elections.ts";
import {
  a,
  appendEntries,
  appendRejected,
  b,
  c,
  candidate,
  d,
  e,
  electionTimeout,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  preCandidate,
  preVoteReply,
  probe,
  replicating,
  requestPreVote,
  requestVote,
  voteReply,
} from "../../core/support/core.ts";
import { testPoints } from "../support/step-points.ts";

const three = env();
const four = env({ voters: [a, b, c, d] });
const five = env({ voters: [a, b, c, d, e] });
const checking = env({ quorumBeats: 2 });
const hearing = follower({ term: 1, leader: b });
const deaf = follower({ term: 1, leader: b, heard: false });
const progress = { b: probe(1), c: probe(1) };
const leading = leader({ term: 1, progress });

testPoints(ELECTIONS, [
  [
    "elections.evenHalf",
    [four, candidate({ term: 2 }), from(b, voteReply(2, true))],
    [five, candidate({ term: 2 }), from(b, voteReply(2, true))],
  ],
  [
    "elections.evenMajority",
    [four, candidate({ term: 2, votes: [a, b] }), from(c, voteReply(2, true))],
    [five, candidate({ term: 2, votes: [a, b] }), from(c, voteReply(2, true))],
  ],
  [
    "elections.sole",
    [env({ voters: [a] }), follower(), electionTimeout],
    [three, follower(), electionTimeout],
  ],
  [
    "elections.split",
    [three, candidate({ term: 2 }), electionTimeout],
    [three, follower({ term: 2 }), electionTimeout],
  ],
  [
    "elections.voteTaken",
    [three, follower({ term: 2, votedFor: b }), from(c, requestVote(2))],
    [env({ log: [1] }), follower({ term: 2, votedFor: b }), from(c, requestVote(2))],
  ],
  [
    "elections.voteRepeated",
    [three, follower({ term: 2, votedFor: b }), from(b, requestVote(2))],
    [three, follower({ term: 2 }), from(b, requestVote(2))],
  ],
  [
    "elections.shorterLog",
    [env({ log: [1, 1] }), follower(), from(b, requestVote(2, { lastIndex: 1, lastTerm: 1 }))],
    [env({ log: [1, 1] }), follower(), from(b, requestVote(2, { lastIndex: 2, lastTerm: 1 }))],
  ],
  [
    "elections.longerOlderLog",
    [env({ log: [1, 2] }), follower(), from(b, requestVote(3, { lastIndex: 5, lastTerm: 1 }))],
    [env({ log: [1, 2] }), follower(), from(b, requestVote(3, { lastIndex: 5, lastTerm: 2 }))],
  ],
  [
    "elections.shorterLaterLog",
    [env({ log: [1, 1] }), follower(), from(b, requestVote(3, { lastIndex: 1, lastTerm: 2 }))],
    [env({ log: [1, 1] }), follower(), from(b, requestVote(3, { lastIndex: 2, lastTerm: 2 }))],
  ],
  [
    "elections.lateVote",
    [three, candidate({ term: 3 }), from(b, voteReply(2, true))],
    [three, candidate({ term: 3 }), from(b, voteReply(3, true))],
  ],
  [
    "elections.voteTwice",
    [five, candidate({ term: 2, votes: [a, b] }), from(b, voteReply(2, true))],
    [five, candidate({ term: 2, votes: [a, b] }), from(c, voteReply(2, true))],
  ],
  [
    "elections.spareVote",
    [three, leading, from(c, voteReply(1, true))],
    [three, leading, from(c, voteReply(1, false))],
  ],
  [
    "elections.candidateYields",
    [three, candidate({ term: 2 }), from(b, appendEntries(2))],
    [three, candidate({ term: 2 }), from(b, appendEntries(3))],
  ],
  [
    "elections.preCandidateYields",
    [three, preCandidate({ term: 2 }), from(b, appendEntries(2))],
    [three, preCandidate({ term: 2 }), from(b, appendEntries(3))],
  ],
  [
    "elections.latePromise",
    [three, preCandidate({ term: 2 }), from(b, preVoteReply(2, true))],
    [three, preCandidate({ term: 2 }), from(b, preVoteReply(3, true))],
  ],
  [
    "elections.preVoteBehind",
    [env({ log: [1] }), follower({ term: 1 }), from(b, requestPreVote(2))],
    [
      env({ log: [1] }),
      follower({ term: 1 }),
      from(b, requestPreVote(2, { lastIndex: 1, lastTerm: 1 })),
    ],
  ],
  [
    "elections.preVoteWithheld",
    [checking, hearing, from(c, requestPreVote(2))],
    [checking, deaf, from(c, requestPreVote(2))],
  ],
  [
    "elections.voteWithheld",
    [checking, hearing, from(c, requestVote(2))],
    [checking, deaf, from(c, requestVote(2))],
  ],
  [
    "elections.leaderWithholds",
    [checking, leading, from(c, requestVote(2))],
    [three, leading, from(c, requestVote(2))],
  ],
  [
    "elections.transferHeard",
    [checking, hearing, from(c, requestVote(2, { transfer: true }))],
    [checking, deaf, from(c, requestVote(2, { transfer: true }))],
  ],
  [
    "elections.deposedByReply",
    [three, leading, from(b, appendRejected(2, { prevIndex: 0, conflictIndex: 1 }))],
    [three, leading, from(b, appendRejected(1, { prevIndex: 0, conflictIndex: 1 }))],
  ],
  [
    "elections.oldRequest",
    [three, follower({ term: 3 }), from(b, requestVote(2))],
    [three, follower({ term: 3 }), from(b, requestVote(3))],
  ],
  [
    "elections.oldLeader",
    [three, follower({ term: 3 }), from(b, appendEntries(2))],
    [three, follower({ term: 3 }), from(b, appendEntries(3))],
  ],
  [
    "elections.inherited",
    [env({ log: [1, 1] }), candidate({ term: 2, commit: 1 }), from(b, voteReply(2, true))],
    [env({ log: [1, 1] }), candidate({ term: 2, commit: 2 }), from(b, voteReply(2, true))],
  ],
  [
    "elections.quorumLost",
    [
      checking,
      leader({ term: 1, progress, round: 1, check: { round: 1, beats: 1 } }),
      heartbeatTimeout,
    ],
    [
      checking,
      leader({ term: 1, progress, round: 1, check: { round: 1, beats: 0 } }),
      heartbeatTimeout,
    ],
  ],
  [
    "elections.quorumLastBeat",
    [
      checking,
      leader({
        term: 1,
        progress: { ...progress, b: replicating(1, { round: 1 }) },
        round: 1,
        check: { round: 1, beats: 1 },
      }),
      heartbeatTimeout,
    ],
    [
      checking,
      leader({ term: 1, progress, round: 1, check: { round: 1, beats: 1 } }),
      heartbeatTimeout,
    ],
  ],
  [
    "elections.stillWithholds",
    [env({ quorumBeats: 2, leases: true }), hearing, from(c, requestVote(2, { transfer: true }))],
    [checking, hearing, from(c, requestVote(2, { transfer: true }))],
  ],
]);
