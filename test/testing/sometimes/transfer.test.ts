import { TRANSFER } from "../../../packages/testing/src/sometimes/transfer.ts";
import type { Event, NodeId, State } from "@kontiki/core";
import {
  appendAccepted,
  b,
  c,
  d,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  probe,
  propose,
  replicating,
  requestVote,
  timeoutNow,
  type Command,
} from "../../core/support/core.ts";
import { inForce } from "../../core/support/membership.ts";
import { testPoints } from "../support/step-points.ts";

const one = env({ log: [1] });
const checking = env({ quorumBeats: 2, log: [1] });
const behind = replicating(2, { match: 0 });

function leading(more: Partial<Parameters<typeof leader>[0]> = {}): State {
  return leader({ term: 1, commit: 1, durable: 1, progress: { b: behind, c: probe(2) }, ...more });
}

const transferring = (told: boolean, beats = 0): State =>
  leading({ transfer: { target: b, beats, told } });
const to = (target: NodeId | undefined): Event<Command> => ({ type: "transfer", target });
const down = (node: NodeId): Event<Command> => ({ type: "peerDown", node });
const removed = inForce(1, { voters: [b, c, d] });
const loses = { round: 1, check: { round: 1, beats: 1 } };

testPoints(TRANSFER, [
  [
    "transfer.targetBehind",
    [one, leading(), to(b)],
    [one, leading({ progress: { b: replicating(2), c: probe(2) } }), to(b)],
  ],
  [
    "transfer.caughtUp",
    [one, transferring(false), from(b, appendAccepted(1, 1))],
    [one, transferring(false), from(c, appendAccepted(1, 1))],
  ],
  [
    "transfer.otherCaughtUp",
    [one, transferring(false), from(c, appendAccepted(1, 1))],
    [one, transferring(false), from(b, appendAccepted(1, 1))],
  ],
  [
    "transfer.toldAgain",
    [one, transferring(true), heartbeatTimeout],
    [one, transferring(false), heartbeatTimeout],
  ],
  [
    "transfer.failed",
    [one, transferring(true, 5), heartbeatTimeout],
    [one, transferring(true, 4), heartbeatTimeout],
  ],
  [
    "transfer.quorumLost",
    [
      checking,
      leading({ ...loses, transfer: { target: b, beats: 0, told: true } }),
      heartbeatTimeout,
    ],
    [checking, leading(loses), heartbeatTimeout],
  ],
  [
    "transfer.succeeded",
    [one, transferring(true), from(b, requestVote(2, { transfer: true }))],
    [one, transferring(true), from(b, requestVote(1, { transfer: true }))],
  ],
  ["transfer.underWay", [one, transferring(false), to(c)], [one, leading(), to(c)]],
  ["transfer.noLeader", [one, follower({ term: 1 }), to(c)], [one, leading(), to(c)]],
  ["transfer.toNonVoter", [one, leading(), to(d)], [one, leading(), to(b)]],
  [
    "transfer.proposalRefused",
    [one, transferring(false), propose("x")],
    [one, leading(), propose("x")],
  ],
  [
    "transfer.afterFailure",
    [one, leading({ leaseGivenUp: true }), propose("x")],
    [one, leading(), propose("x")],
  ],
  ["transfer.targetDown", [one, transferring(false), down(b)], [one, transferring(false), down(c)]],
  [
    "transfer.mayNotStand",
    [
      one,
      follower({ term: 1, leader: b, commit: 1, memberships: [removed] }),
      from(b, timeoutNow(1)),
    ],
    [one, follower({ term: 1, leader: b, memberships: [removed] }), from(b, timeoutNow(1))],
  ],
  [
    "transfer.lateRequest",
    [one, follower({ term: 2, leader: b }), from(b, timeoutNow(1))],
    [one, follower({ term: 2, leader: b }), from(b, timeoutNow(2))],
  ],
  [
    "transfer.stands",
    [one, follower({ term: 1, leader: b }), from(b, timeoutNow(1))],
    [one, follower({ term: 1, leader: b, heard: false }), from(b, timeoutNow(1))],
  ],
]);
