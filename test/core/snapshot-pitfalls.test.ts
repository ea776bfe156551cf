/** Pitfalls 20 and 21: snapshots and a log that grows at the same time. */
import { AssertionError, index, initialMembership, membershipAt, step } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  chunkReply,
  commit,
  d,
  entries,
  entry,
  env,
  follower,
  from,
  leader,
  membershipEntry,
  replicate,
  replicating,
  resetElectionTimer,
  run,
  send,
  sending,
  snapshotChunk,
  snapshotOf,
  type TestEnv,
} from "./support/core.ts";

const snapshot = snapshotOf(2, 1, { size: 4 });
const whole = snapshotChunk(1, snapshot, { offset: 0, bytes: [1, 2, 3, 4] });
const received = { type: "snapshotReceived", snapshot } as const;

describe("20 a snapshot that is being received, and entries that arrive in the meantime", () => {
  const coming = { snapshot, received: 4 };

  test("promised entries after it stay: the log that has met the snapshot is kept", () => {
    const late = appendEntries(1, { entries: entries([1, 1, 1]), round: 1 });
    const state = follower({ term: 1, leader: b });
    const after = run(env(), state, from(b, whole), from(b, late), received);
    expect(after.state).toEqual(follower({ term: 1, leader: b, commit: 2 }));
    expect(after.env.log.lastIndex).toBe(3);
    expect(after.effects.slice(-2)).toEqual([commit(2), send(b, appendAccepted(1, 2))]);
  });

  test("one that was overtaken by the commit index brings nothing", () => {
    const state = follower({ term: 1, leader: b, commit: 3, receiving: coming });
    expect(step(env({ log: [1, 1, 1] }), state, received)).toEqual({
      state: follower({ term: 1, leader: b, commit: 3 }),
      effects: [send(b, appendAccepted(1, 3))],
    });
  });

  test("a log that has not met it is replaced as a whole, including its memberships", () => {
    const memberships = [{ index: index(3), membership: initialMembership([a]) }];
    const state = follower({ term: 2, leader: b, memberships, receiving: coming });
    const after = run(env({ log: [2, 2, 2] }), state, received);
    expect(after.state).toEqual(
      follower({
        term: 2,
        leader: b,
        commit: 2,
        durable: 2,
        memberships: [{ index: index(2), membership: snapshot.membership }],
        snapshot,
      }),
    );
    expect(after.effects).toEqual([
      { type: "installSnapshot", snapshot },
      send(b, appendAccepted(2, 2)),
    ]);
  });

  test("one of a later term comes from no leader: the server dies before it saves it", () => {
    const message = snapshotChunk(1, snapshotOf(2, 2), { offset: 0, bytes: [1] });
    expect(() => step(env(), follower({ term: 1 }), from(b, message))).toThrow(AssertionError);
  });

  test("a chunk of one that the log covers is answered with what the log holds", () => {
    expect(step(env({ log: [1, 1, 1] }), follower({ term: 1 }), from(b, whole))).toEqual({
      state: follower({ term: 1, leader: b, commit: 2 }),
      effects: [resetElectionTimer, commit(2), send(b, appendAccepted(1, 2))],
    });
  });
});

describe("21 slow_follower_after_compaction: the leader compacts more while it sends a snapshot", () => {
  const newest = snapshotOf(6, 1);
  const compacted = (upTo: number): TestEnv => {
    const setup = env({ log: [1, 1, 1, 1, 1, 1, 1] });
    setup.log.compact(index(upTo));
    return setup;
  };
  const state = leader({
    term: 1,
    commit: 6,
    snapshot: newest,
    progress: { b: sending(snapshot), c: replicating(8) },
  });

  test("a follower that has the old one, which the log does not continue, gets the newest", () => {
    const after = run(compacted(6), state, from(b, appendAccepted(1, 2)), replicate);
    expect(after.state).toEqual({
      ...state,
      role: { ...state.role, progress: { b: sending(newest, { match: 2 }), c: replicating(8) } },
    });
    expect(after.effects).toEqual([
      send(b, appendEntries(1, { commit: 6 })),
      { type: "sendChunk", to: b, uid: 0, term: 1, snapshot: newest, offset: 0 },
    ]);
  });

  test("so does one that turns out to hold more than the old one", () => {
    const after = run(compacted(6), state, from(b, appendAccepted(1, 4)), replicate);
    expect(after.state.role).toMatchObject({ progress: { b: sending(newest, { match: 4 }) } });
  });

  test("one that holds less gets the rest of the old one", () => {
    const after = run(compacted(6), state, from(b, appendAccepted(1, 1)), replicate);
    expect(after.state.role).toMatchObject({ progress: { b: sending(snapshot, { match: 1 }) } });
    expect(after.effects).toEqual([]);
    const next = step(compacted(6), after.state, from(b, chunkReply(1, snapshot, 3)));
    expect(next.effects).toEqual([
      { type: "sendChunk", to: b, uid: 0, term: 1, snapshot, offset: 3 },
    ]);
  });

  test("one that the log continues gets entries, whatever was sent of the snapshot", () => {
    const after = run(compacted(1), state, from(b, appendAccepted(1, 1)), replicate);
    expect(after.effects).toEqual([
      send(
        b,
        appendEntries(1, { after: [1, 1], entries: entries([1, 1, 1, 1, 1, 1], 2), commit: 6 }),
      ),
    ]);
  });
});

describe("a snapshot records the membership as of its last entry", () => {
  const second = initialMembership([a, b]);
  const fourth = initialMembership([a, b, d]);
  const setup = env();
  setup.log.append([entry(1, 1), membershipEntry(2, 1, second), entry(3, 1)]);
  setup.log.append([membershipEntry(4, 1, fourth), entry(5, 1)]);
  const state = follower({
    term: 1,
    commit: 5,
    memberships: [{ index: index(4), membership: fourth }],
  });

  test.each([
    [1, initialMembership([a, b, c])],
    [2, second],
    [3, second],
    [4, fourth],
    [5, fourth],
  ])("at entry %i, also when later changes are committed", (at, expected) => {
    expect(membershipAt(setup, state, index(at))).toEqual(expected);
  });

  test("after an earlier snapshot it is that one's until the log says otherwise", () => {
    const earlier = { ...state, snapshot: snapshotOf(2, 1, { membership: second }) };
    setup.log.compact(index(2));
    expect(membershipAt(setup, earlier, index(2))).toEqual(second);
    expect(membershipAt(setup, earlier, index(3))).toEqual(second);
    expect(membershipAt(setup, earlier, index(4))).toEqual(fourth);
    expect(() => membershipAt(setup, earlier, index(1))).toThrow(AssertionError);
  });
});

test.each([-1, 0.5, Number.NaN])(
  "a log is not compacted after its snapshot: %d kept entries",
  (keptEntries) => {
    const state = follower({ term: 1, commit: 2, snapshot: snapshotOf(1, 1) });
    expect(() => step(env({ log: [1, 1] }), state, { type: "compact", keptEntries })).toThrow(
      AssertionError,
    );
  },
);
