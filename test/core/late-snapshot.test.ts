/** A snapshot that is overtaken by its own entries: they are cheaper to send, and may arrive first (§7). */
import { index, initialMembership, term, type Snapshot } from "@kontiki/core";
import { expect, test } from "vitest";
import { a, appendEntries, b, c, entry, env, follower, from, run } from "./support/core.ts";

const snapshot: Snapshot = {
  index: index(3),
  term: term(1),
  membership: initialMembership([a, b, c]),
  size: 12,
  checksum: 7,
};
const at = env({ log: [1, 1] });
const receiving = follower({
  term: 1,
  leader: b,
  commit: 1,
  durable: 2,
  receiving: { snapshot, received: 12 },
});
const third = appendEntries(1, { after: [2, 1], entries: [entry(3, 1)], commit: 3 });

test("entries that bring all that a snapshot covers end its transfer, so that nothing is left of it", () => {
  const { state } = run(at, receiving, from(b, third));
  expect(state).toEqual(follower({ term: 1, leader: b, commit: 3, durable: 2 }));
});

test("a snapshot that turns out to be intact after that is not installed: it would bring back an older state", () => {
  const overtaken = run(at, receiving, from(b, third));
  const { state, effects } = run(overtaken.env, overtaken.state, {
    type: "snapshotReceived",
    snapshot,
  });
  expect([state, effects]).toEqual([overtaken.state, []]);
});

test("entries that bring less let the transfer continue", () => {
  const less = appendEntries(1, { after: [2, 1], entries: [entry(3, 1)], commit: 2 });
  const { state } = run(at, receiving, from(b, less));
  expect(state).toEqual({ ...receiving, commit: 2 });
});
