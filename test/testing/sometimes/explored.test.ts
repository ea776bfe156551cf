import { explore } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { EXPLORED } from "../../../packages/testing/src/sometimes/explored.ts";
import {
  a,
  appendAccepted,
  b,
  c,
  candidate,
  durable,
  env,
  from,
  leader,
  probe,
  replicating,
  voteReply,
} from "../../core/support/core.ts";
import { inForce } from "../../core/support/membership.ts";
import { testPoints } from "../support/step-points.ts";

const one = env({ log: [1] });
const leading = (of = replicating(2), held = 0) =>
  leader({ term: 1, durable: held, progress: { b: of, c: probe(2) } });
const leading3 = leader({ term: 3, progress: { b: probe(3), c: probe(3) } });
const standing = candidate({
  term: 2,
  votes: [a],
  memberships: [inForce(1, { uids: { b: 2 }, lastUid: 2 })],
});

describe("steps that runs do not make", () => {
  testPoints(EXPLORED, [
    [
      "replication.ownSync",
      [one, leading(), durable(1, 1)],
      [one, leading(probe(2)), durable(1, 1)],
    ],
    [
      "replication.beforeOwnSync",
      [one, leading(), from(c, appendAccepted(1, 1))],
      [one, leading(replicating(2), 1), from(c, appendAccepted(1, 1))],
    ],
    [
      "replication.rewrittenAck",
      [env({ log: [1, 3] }), leading3, from(b, appendAccepted(1, 2))],
      [env({ log: [1, 3] }), leading3, from(b, appendAccepted(1, 1))],
    ],
    [
      "membership.oldDiskSpeaks",
      [one, standing, from(b, voteReply(2, true))],
      [one, standing, from(b, voteReply(2, true), { fromUid: 2 })],
    ],
  ]);
});

test("small explorations meet each of them", () => {
  const met = [
    { terms: 1, crashes: 0, proposals: 0, asyncDisk: true },
    { maxStates: 120_000 },
    { nodes: 2, wipes: 1, crashes: 0, proposals: 0, inflight: 2, heartbeats: 1, maxStates: 20_000 },
  ].flatMap((options) => Object.keys(explore(options).firstMet));
  expect(EXPLORED.map(({ name }) => name).filter((name) => !met.includes(name))).toEqual([]);
});
