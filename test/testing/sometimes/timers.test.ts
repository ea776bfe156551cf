import { TIMERS } from "../../../packages/testing/src/sometimes/timers.ts";
import type { Event, NodeId } from "@kontiki/core";
import {
  b,
  c,
  candidate,
  d,
  env,
  follower,
  leader,
  probe,
  replicating,
  sending,
  snapshotOf,
  type Command,
} from "../../core/support/core.ts";
import { inForce } from "../../core/support/membership.ts";
import { testPoints } from "../support/step-points.ts";

const one = env({ log: [1, 1] });
const following = follower({ term: 1, leader: b });
const removed = follower({
  term: 1,
  leader: b,
  commit: 1,
  memberships: [inForce(1, { voters: [b, c, d] })],
});
const leading = (of: ReturnType<typeof probe>) =>
  leader({ term: 1, progress: { b: of, c: probe(2) } });
const down = (node: NodeId): Event<Command> => ({ type: "peerDown", node });
const silent: Event<Command> = { type: "leaderSilent" };

testPoints(TIMERS, [
  ["timers.leaderDown", [one, following, down(b)], [one, following, down(c)]],
  ["timers.leaderDownAtLearner", [one, removed, down(b)], [one, following, down(b)]],
  ["timers.otherDown", [one, following, down(c)], [one, following, down(b)]],
  [
    "timers.followerDown",
    [one, leading(replicating(3, { match: 1, inflight: [2] })), down(b)],
    [one, leading(replicating(3)), down(b)],
  ],
  [
    "timers.receiverDown",
    [one, leading(sending(snapshotOf(1, 1))), down(b)],
    [one, leading(replicating(3)), down(b)],
  ],
  ["timers.downInElection", [one, candidate({ term: 1 }), down(b)], [one, following, down(b)]],
  ["timers.silent", [one, following, silent], [one, follower({ term: 1 }), silent]],
  ["timers.silentInElection", [one, candidate({ term: 1 }), silent], [one, following, silent]],
]);
