import { JOINT } from "../../../packages/testing/src/sometimes/joint.ts";
import { MEMBERSHIP } from "../../../packages/testing/src/sometimes/membership.ts";
import type { InForce, State } from "@kontiki/core";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  candidate,
  d,
  e,
  electionTimeout,
  entry,
  env,
  f,
  follower,
  from,
  g,
  heartbeatTimeout,
  leader,
  probe,
  rejoin,
  replicating,
  requestVote,
  voteReply,
} from "../../core/support/core.ts";
import {
  addLearner,
  addVoter,
  change,
  inForce,
  promotion,
  remove,
} from "../../core/support/membership.ts";
import { testPoints } from "../support/step-points.ts";

const one = env({ log: [1] });
const two = env({ log: [1, 1] });

const none = probe(3);
const whole = replicating(3);
const all = { b: none, c: none, d: none, e: none };

/** A leader of term 1 with two durable entries, the first one committed. */
function leading(
  memberships: readonly InForce[],
  more: Partial<Parameters<typeof leader>[0]> = {},
): State {
  return leader({ term: 1, commit: 1, durable: 2, memberships, progress: all, ...more });
}

const joint = (outgoing: readonly (typeof a)[], at = 1) => [inForce(at, { outgoing })];
const evenOutgoing = joint([a, b, d, e]);
const oddOutgoing = joint([a, d, e]);
const grown = (at: number) => inForce(at, { voters: [a, b, c, d] });
const removed = (at: number) => inForce(at, { voters: [b, c, d] });
const standing = (memberships: readonly InForce[], votes = [a], commit = 0): State =>
  candidate({ term: 2, memberships, votes, commit });
const vote = voteReply(2, true);
const transfer = { target: b, beats: 0, told: false };
const learning = (promotions: readonly ReturnType<typeof promotion>[]) => [
  inForce(1, { learners: [d], promotions }),
];
const single = (memberships: readonly InForce[], progress: Partial<typeof all>): State =>
  leader({
    term: 1,
    commit: 1,
    durable: 1,
    memberships,
    progress: { b: probe(2), c: probe(2), ...progress },
  });
const votes = requestVote(2, { lastIndex: 1, lastTerm: 1 });

testPoints(
  [...JOINT, ...MEMBERSHIP],
  [
    [
      "membership.evenOutgoing",
      [
        two,
        leading(evenOutgoing, { progress: { ...all, b: whole } }),
        from(d, appendAccepted(1, 2)),
      ],
      [
        two,
        leading(oddOutgoing, { progress: { ...all, b: whole } }),
        from(d, appendAccepted(1, 2)),
      ],
    ],
    [
      "membership.halfOutgoing",
      [two, leading(evenOutgoing), from(b, appendAccepted(1, 2))],
      [
        two,
        leading(evenOutgoing, { progress: { ...all, d: whole } }),
        from(b, appendAccepted(1, 2)),
      ],
    ],
    [
      "membership.oneHalfHolds",
      [two, leading(oddOutgoing), from(b, appendAccepted(1, 2))],
      [two, leading(joint([a, b, d])), from(b, appendAccepted(1, 2))],
    ],
    [
      "membership.jointWon",
      [one, standing(oddOutgoing, [a, b]), from(d, vote)],
      [one, standing(oddOutgoing, [a, b]), from(c, vote)],
    ],
    [
      "membership.oneHalfVoted",
      [one, standing(oddOutgoing), from(b, vote)],
      [one, standing(oddOutgoing, [a, b]), from(d, vote)],
    ],
    [
      "membership.halfOutgoingVoted",
      [one, standing(evenOutgoing), from(b, vote)],
      [one, standing(oddOutgoing), from(b, vote)],
    ],
    [
      "membership.uncommittedElects",
      [one, standing([grown(1)]), from(b, vote)],
      [one, standing([grown(1)], [a], 1), from(b, vote)],
    ],
    [
      "membership.uncommittedCommits",
      [
        one,
        leader({ term: 1, durable: 1, memberships: [grown(1)], progress: all }),
        from(b, appendAccepted(1, 1)),
      ],
      [
        one,
        leader({ term: 1, durable: 1, memberships: [inForce(1)], progress: all }),
        from(b, appendAccepted(1, 1)),
      ],
    ],
    [
      "membership.wonWhileChanging",
      [one, standing([grown(1)], [a, b]), from(c, vote)],
      [one, standing([grown(1)], [a, b], 1), from(c, vote)],
    ],
    [
      "membership.cut",
      [
        two,
        follower({ term: 2, leader: b, memberships: [grown(2)] }),
        from(b, appendEntries(2, { after: [1, 1], entries: [entry(2, 2)] })),
      ],
      [
        two,
        follower({ term: 2, leader: b, memberships: [grown(1)] }),
        from(b, appendEntries(2, { after: [1, 1], entries: [entry(2, 2)] })),
      ],
    ],
    [
      "membership.refusedChanging",
      [two, leading([grown(2)]), change(addVoter(e, 1))],
      [two, leading([grown(1)]), change(addVoter(e, 1))],
    ],
    [
      "membership.refusedEarly",
      [env({ log: [1] }), leading([], { term: 2 }), change(addVoter(d, 1))],
      [env({ log: [2] }), leading([], { term: 2 }), change(addVoter(d, 1))],
    ],
    [
      "membership.refusedTransfer",
      [one, leading([], { transfer }), change(addVoter(d, 1))],
      [one, leading([]), change(addVoter(d, 1))],
    ],
    [
      "membership.severalInAndOut",
      [one, leading([]), change(remove(b), remove(c), addVoter(f, 1), addVoter(g, 2))],
      [one, leading([]), change(remove(b), addVoter(f, 1), addVoter(g, 2))],
    ],
    [
      "membership.demoted",
      [one, leading([]), change(addLearner(b), addVoter(d, 1))],
      [one, leading([]), change(addLearner(d, { uid: 1 }))],
    ],
    [
      "membership.jointLeft",
      [two, leading(joint([a, b, d], 2)), from(b, appendAccepted(1, 2))],
      [two, leading([inForce(2)]), from(b, appendAccepted(1, 2))],
    ],
    [
      "membership.withoutLeader",
      [
        two,
        leading([removed(2)], { progress: { ...all, b: whole } }),
        from(c, appendAccepted(1, 2)),
      ],
      [
        two,
        leading([inForce(2)], { progress: { ...all, b: whole } }),
        from(c, appendAccepted(1, 2)),
      ],
    ],
    [
      "membership.removedLeads",
      [two, leading([removed(2)]), heartbeatTimeout],
      [two, leading([grown(2)]), heartbeatTimeout],
    ],
    [
      "membership.removedHandsOver",
      [
        two,
        leading([removed(2)], { progress: { ...all, b: whole } }),
        from(c, appendAccepted(1, 2)),
      ],
      [
        two,
        leading([removed(2)], { progress: { ...all, b: whole } }),
        from(c, appendAccepted(1, 1)),
      ],
    ],
    [
      "membership.promoted",
      [one, single(learning([promotion(d)]), { d: probe(2) }), from(d, appendAccepted(1, 1))],
      [one, single(learning([]), { d: probe(2) }), from(d, appendAccepted(1, 1))],
    ],
    [
      "membership.replaced",
      [one, single(learning([promotion(d, c)]), { d: probe(2) }), from(d, appendAccepted(1, 1))],
      [one, single(learning([promotion(d)]), { d: probe(2) }), from(d, appendAccepted(1, 1))],
    ],
    [
      "membership.learnerAck",
      [two, leading(learning([]), { durable: 1 }), from(d, appendAccepted(1, 2))],
      [two, leading([grown(1)], { durable: 1 }), from(d, appendAccepted(1, 2))],
    ],
    [
      "membership.rejoined",
      [one, single([], {}), from(b, rejoin(1), { fromUid: 1 })],
      [one, single([], {}), from(b, rejoin(1), { fromUid: 0 })],
    ],
    [
      "membership.rejoinLater",
      [one, leading([], { transfer }), from(b, rejoin(1), { fromUid: 1 })],
      [one, single([], {}), from(b, rejoin(1), { fromUid: 1 })],
    ],
    [
      "membership.oldDiskAddressed",
      [env({ uid: 1 }), follower({ term: 1 }), from(b, appendEntries(1), { toUid: 0 })],
      [env({ uid: 1 }), follower({ term: 1 }), from(b, appendEntries(1), { toUid: 1 })],
    ],
    [
      "membership.strangerAnswers",
      [one, standing([]), from(d, vote)],
      [one, standing([]), from(b, vote)],
    ],
    [
      "membership.removedStands",
      [one, follower({ term: 1, memberships: [removed(1)] }), electionTimeout],
      [one, follower({ term: 1, memberships: [removed(1)], commit: 1 }), electionTimeout],
    ],
    [
      "membership.mayNotStand",
      [one, follower({ term: 1, memberships: [removed(1)], commit: 1 }), electionTimeout],
      [one, follower({ term: 1, memberships: [removed(1)] }), electionTimeout],
    ],
    [
      "membership.nonVoterVotes",
      [one, follower({ term: 1, memberships: [removed(1)] }), from(b, votes)],
      [one, follower({ term: 1, memberships: [grown(1)] }), from(b, votes)],
    ],
    [
      "membership.oneHalfAnswers",
      [two, leading(joint([a, d, e], 2), { round: 1 }), from(b, appendAccepted(1, 1, 1))],
      [two, leading(joint([a, b, d], 2), { round: 1 }), from(b, appendAccepted(1, 1, 1))],
    ],
  ],
);
