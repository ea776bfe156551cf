/** A follower that has received its leader's snapshot uses it, and continues after it (§7, Figure 13, dissertation 5.3). */
import { index, step, type Snapshot, type State } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  appendAccepted,
  appendEntries,
  appendLog,
  b,
  c,
  commit,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  noop,
  resetElectionTimer,
  run,
  send,
  voteReply,
} from "./support/core.ts";
import {
  chunk,
  envAfter,
  inForce,
  installSnapshot,
  logRepaired,
  position,
  receiving,
  snapshot,
  snapshotBroken,
  snapshotReceived,
  contents,
} from "./support/snapshots.ts";
import { gets, saved, setup, theirs } from "./support/receiver.ts";

describe("an intact snapshot replaces state machine and log (§7)", () => {
  const installed = (of: Snapshot, given: { horizon?: State["horizon"] } = {}) =>
    follower({
      term: 3,
      leader: b,
      commit: of.index,
      durable: of.index,
      snapshot: of,
      memberships: [{ index: of.index, membership: of.membership }],
      ...(given.horizon === undefined ? {} : { horizon: given.horizon }),
    });

  test("the log is shorter: it continues after the snapshot", () => {
    const after = run(setup, gets(30), snapshotReceived(theirs));
    expect(after.state).toEqual(installed(theirs));
    expect(after.effects).toEqual([installSnapshot(theirs), send(b, appendAccepted(3, 10))]);
    expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: [] });
  });

  test("20 the log is longer and has another term there: all of it was another leader's", () => {
    const longer = env({ log: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] });
    const after = run(longer, gets(30), snapshotReceived(theirs));
    expect(after.state).toEqual(installed(theirs));
    expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: [] });
  });

  test("then the entries after it", () => {
    const message = appendEntries(3, {
      after: [10, 2],
      entries: entries([2, 3], 11),
      commit: 11,
      round: 5,
    });
    const after = run(setup, gets(30), snapshotReceived(theirs), from(b, message));
    expect(after.state).toEqual({ ...installed(theirs), commit: index(11) });
    expect(after.effects.slice(2)).toEqual([
      resetElectionTimer,
      appendLog(...entries([2, 3], 11)),
      commit(11),
      send(b, appendAccepted(3, 12, 5)),
    ]);
    expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: entries([2, 3], 11) });
  });

  test("later chunks of it are answered with what the server holds", () => {
    const after = run(setup, gets(30), snapshotReceived(theirs), from(b, chunk(3, theirs, 20)));
    expect(after.state).toEqual(installed(theirs));
    expect(after.effects.slice(2)).toEqual([resetElectionTimer, send(b, appendAccepted(3, 10))]);
  });

  test("22 it counts as durable up to its end: a server that is elected next counts itself up to there", () => {
    const after = run(
      setup,
      gets(30),
      snapshotReceived(theirs),
      electionTimeout,
      from(c, voteReply(4, true)),
    );
    expect(after.state.durable).toBe(10);
    expect(after.effects.slice(-2)).toEqual([
      send(c, appendEntries(4, { after: [10, 2], commit: 10, round: 1 })),
      appendLog(noop(11, 4)),
    ]);
  });
});

describe("a damaged snapshot (snapshotBroken)", () => {
  test("starts again: the reply says that nothing is saved", () => {
    expect(step(setup, gets(30), snapshotBroken(theirs))).toEqual({
      state: gets(),
      effects: [saved(0)],
    });
  });

  test("then its first chunk is accepted again", () => {
    const after = run(setup, gets(30), snapshotBroken(theirs), from(b, chunk(3, theirs, 0)));
    expect(after.state).toEqual(gets(10));
  });
});

describe("a damaged log is intact with a snapshot that goes far enough (FAST '18)", () => {
  test.each<[string, readonly [number, number], boolean]>([
    ["to the horizon", [10, 2], true],
    ["beyond it", [9, 2], true],
    ["of a later term, in a log that was longer", [20, 1], true],
    ["not that far", [11, 2], false],
    ["of an earlier term, whatever its index", [4, 3], false],
  ])("%s", (_title, at, whole_) => {
    const horizon = position(at);
    const state = { ...gets(30), horizon };
    const after = step(setup, state, snapshotReceived(theirs));
    expect(after.state.horizon).toEqual(whole_ ? undefined : horizon);
    expect(after.effects).toEqual([
      installSnapshot(theirs),
      send(b, appendAccepted(3, 10)),
      ...(whole_ ? [logRepaired] : []),
    ]);
  });
});

test("a follower whose log begins after a snapshot receives a newer one", () => {
  const old = snapshot([4, 1], { checksum: 3 });
  const state = follower({
    term: 3,
    leader: b,
    commit: 5,
    durable: 5,
    snapshot: old,
    memberships: [inForce(4)],
    receiving: receiving(theirs, 30),
  });
  const after = run(envAfter([4, 1], [1]), state, snapshotReceived(theirs));
  expect(after.state).toEqual(
    follower({
      term: 3,
      leader: b,
      commit: 10,
      durable: 10,
      snapshot: theirs,
      memberships: [inForce(10)],
    }),
  );
  expect(contents(after.env.log)).toEqual({ base: [10, 2], entries: [] });
});
