import { READS } from "../../../packages/testing/src/sometimes/reads.ts";
import { index, type Event, type PendingRead, type State } from "@kontiki/core";
import {
  a,
  appendAccepted,
  appendRejected,
  b,
  c,
  candidate,
  d,
  env,
  follower,
  from,
  leader,
  probe,
  readReply,
  readRequest,
  replicating,
  type Command,
} from "../../core/support/core.ts";
import { inForce } from "../../core/support/membership.ts";
import { testPoints } from "../support/step-points.ts";

const one = env({ log: [1] });
const newer = env({ log: [1, 2] });
const leasing = env({ quorumBeats: 3, leases: true, log: [1] });
const leasingLater = env({ quorumBeats: 3, leases: true, log: [2] });

function waiting(round: number, more: Partial<PendingRead> = {}): PendingRead {
  return { from: undefined, id: 7, index: index(1), round, ...more };
}

/** A leader whose first entry is committed and whose second round is under way. */
function leading(more: Partial<Parameters<typeof leader>[0]> = {}): State {
  const progress = { b: replicating(2), c: probe(2), d: probe(2) };
  return leader({ term: 1, commit: 1, durable: 1, round: 1, progress, ...more });
}

const read = (leased = false): Event<Command> => ({ type: "read", id: 9, leased });
const confirmed = { b: replicating(2, { round: 1 }), c: probe(2) };
const answer = from(b, appendAccepted(1, 1, 1));
const transfer = { target: b, beats: 0, told: false };

testPoints(READS, [
  ["reads.duringRound", [one, leading(), read()], [one, leading({ progress: confirmed }), read()]],
  [
    "reads.earlierRound",
    [one, leading({ reads: [waiting(2)] }), answer],
    [one, leading({ reads: [waiting(1)] }), answer],
  ],
  [
    "reads.beforeOwnEntry",
    [env({ log: [1] }), leading({ term: 2 }), read()],
    [env({ log: [2] }), leading({ term: 2 }), read()],
  ],
  [
    "reads.confirmedTooEarly",
    [newer, leading({ term: 2, reads: [waiting(1)] }), from(b, appendAccepted(2, 1, 1))],
    [newer, leading({ term: 2, reads: [waiting(1)], commit: 2 }), from(b, appendAccepted(2, 1, 1))],
  ],
  [
    "reads.laterIndex",
    [
      newer,
      leading({ term: 2, durable: 2, reads: [waiting(1)] }),
      from(b, appendAccepted(2, 2, 1)),
    ],
    [
      newer,
      leading({ term: 2, commit: 2, durable: 2, reads: [waiting(1, { index: index(2) })] }),
      from(b, appendAccepted(2, 2, 1)),
    ],
  ],
  [
    "reads.shared",
    [one, leading({ reads: [waiting(1), waiting(1)] }), answer],
    [one, leading({ reads: [waiting(1), waiting(2)] }), answer],
  ],
  [
    "reads.byRejection",
    [
      one,
      leading({ reads: [waiting(1)] }),
      from(b, appendRejected(1, { prevIndex: 1, conflictIndex: 1, round: 1 })),
    ],
    [
      one,
      leading({ reads: [waiting(1)] }),
      from(b, appendRejected(1, { prevIndex: 1, conflictIndex: 1, round: 0 })),
    ],
  ],
  [
    "reads.joint",
    [
      env({ log: [1, 1] }),
      leading({ reads: [waiting(1)], memberships: [inForce(2, { outgoing: [a, b, d] })] }),
      answer,
    ],
    [
      env({ log: [1, 1] }),
      leading({ reads: [waiting(1)], memberships: [inForce(2, { outgoing: [a, c, d] })] }),
      answer,
    ],
  ],
  [
    "reads.oldRound",
    [one, leading({ round: 2, reads: [waiting(3)] }), answer],
    [one, leading({ round: 2, reads: [waiting(3)] }), from(b, appendAccepted(1, 1, 3))],
  ],
  [
    "reads.followerAsks",
    [one, follower({ term: 1, leader: b }), read()],
    [one, follower({ term: 1 }), read()],
  ],
  [
    "reads.noLeader",
    [one, follower({ term: 1 }), read()],
    [one, follower({ term: 1, leader: b }), read()],
  ],
  [
    "reads.askedInVain",
    [one, follower({ term: 1 }), from(b, readRequest(1, 9))],
    [one, leading(), from(b, readRequest(1, 9))],
  ],
  [
    "reads.lateReply",
    [one, follower({ term: 2, leader: b }), from(b, readReply(1, 9, 1))],
    [one, follower({ term: 2, leader: b }), from(b, readReply(2, 9, 1))],
  ],
  [
    "reads.replyAtOther",
    [one, candidate({ term: 1 }), from(b, readReply(1, 9, 1))],
    [one, follower({ term: 1, leader: b }), from(b, readReply(1, 9, 1))],
  ],
  [
    "reads.leaderGone",
    [
      one,
      leading({ reads: [waiting(2)] }),
      from(b, appendRejected(2, { prevIndex: 1, conflictIndex: 1 })),
    ],
    [one, leading(), from(b, appendRejected(2, { prevIndex: 1, conflictIndex: 1 }))],
  ],
  [
    "reads.forgotten",
    [
      one,
      leading({ reads: [waiting(2, { from: { node: c, uid: 0 } })] }),
      from(b, appendRejected(2, { prevIndex: 1, conflictIndex: 1 })),
    ],
    [
      one,
      leading({ reads: [waiting(2)] }),
      from(b, appendRejected(2, { prevIndex: 1, conflictIndex: 1 })),
    ],
  ],
  ["reads.leased", [leasing, leading(), read(true)], [leasing, leading(), read(false)]],
  [
    "reads.leaseInTransfer",
    [leasing, leading({ transfer }), read(true)],
    [leasing, leading(), read(true)],
  ],
  [
    "reads.leaseGivenUp",
    [leasing, leading({ leaseGivenUp: true }), read(true)],
    [leasing, leading({ leaseGivenUp: true, transfer }), read(true)],
  ],
  [
    "reads.leaseBeforeOwnEntry",
    [leasing, leading({ term: 2 }), read(true)],
    [leasingLater, leading({ term: 2 }), read(true)],
  ],
]);
