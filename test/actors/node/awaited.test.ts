/** When a leader need not be woken for an acceptance of its entries. */
import { expect, test } from "vitest";
import type { Index } from "@kontiki/core";
import { awaitsNoAnswer } from "../../../packages/actors/src/node/awaited.ts";
import { a, b, c, d, env, follower, leader, probe, replicating } from "../../core/support/core.ts";
import { members } from "../../core/support/membership.ts";

/** The log has three entries. */
const ENV = env({ log: [1, 1, 1] });

/** All is committed, and `c` has answered nothing. */
const QUIET = {
  term: 1,
  commit: 3,
  durable: 3,
  progress: { [b]: replicating(4), [c]: replicating(4, { match: 0, inflight: [1, 2, 3] }) },
};

test("a leader that has committed its log, and sent it to all followers, awaits no answer", () => {
  expect(awaitsNoAnswer(ENV, leader(QUIET))).toBe(true);
});

test.each([
  ["an entry is not committed", { commit: 2 }],
  ["an entry was not sent to a follower", { progress: { ...QUIET.progress, [c]: replicating(3) } }],
  ["a follower's log is being searched", { progress: { ...QUIET.progress, [c]: probe(4) } }],
  ["a read waits", { reads: [{ from: undefined, id: 1, index: 3 as Index, round: 1 }] }],
  ["leadership is handed over", { transfer: { target: b, beats: 0, told: false } }],
  [
    "a learner is to be promoted",
    { memberships: [{ index: 2 as Index, membership: members({ learners: [d] }) }] },
  ],
  ["members change", { commit: 3, memberships: [{ index: 4 as Index, membership: members() }] }],
])("a leader awaits answers while %s", (_, given) => {
  expect(awaitsNoAnswer(ENV, leader({ ...QUIET, ...given }))).toBe(false);
});

test("a server that does not lead is woken for every letter", () => {
  expect(awaitsNoAnswer(ENV, follower({ term: 1, commit: 3, leader: a }))).toBe(false);
});
