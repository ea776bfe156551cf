/** Which membership is in force, with a log that begins after a snapshot (§6, §7, dissertation 4.1, 5.1). */
import {
  AssertionError,
  index,
  isChanging,
  mayStand,
  membershipAt,
  membershipOf,
  peersOf,
  restore,
  step,
} from "@kontiki/core";

import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  commit,
  d,
  e,
  entry,
  env,
  follower,
  from,
  hardState,
  leader,
  logOf,
  replicating,
  resetElectionTimer,
  run,
  send,
} from "./support/core.ts";
import {
  envAfter,
  inForce,
  logAfter,
  logFrom,
  membership,
  membershipEntry,
  position,
  snapshot,
} from "./support/snapshots.ts";

const four = { voters: [a, b, c, d] };
const five = { voters: [a, b, c, d, e] };

describe("the latest membership in the log is in force, committed or not (§6)", () => {
  test("the configured one, until the log or a snapshot says otherwise", () => {
    expect(membershipOf(env(), follower())).toEqual(membership());
  });

  test("the last of those that are known", () => {
    const state = follower({ commit: 2, memberships: [inForce(2, four), inForce(5, five)] });
    expect(membershipOf(env(), state)).toEqual(membership(five));
    expect(peersOf(env(), state)).toEqual([b, c, d, e]);
    expect(isChanging(state)).toBe(true);
    expect(isChanging({ ...state, commit: index(5) })).toBe(false);
  });

  test("every member, of whatever kind, is a peer once", () => {
    const joint = { voters: [a, d], outgoing: [a, b, c], learners: [e], learnersNext: [c] };
    const state = follower({ memberships: [inForce(2, joint)] });
    expect(peersOf(env(), state)).toEqual([d, b, c, e]);
  });
});

describe("entries add memberships and remove them", () => {
  const settled = inForce(1, four);

  test("it is in force from its entry on, before it is committed", () => {
    const message = appendEntries(2, { after: [2, 1], entries: [membershipEntry(3, 2, five)] });
    const state = follower({ term: 2, commit: 1, memberships: [settled] });
    const after = run(env({ log: [1, 1] }), state, from(b, message));
    expect(after.state.memberships).toEqual([settled, inForce(3, five)]);
  });

  test("one that is truncated was never in force: the one before is in force again", () => {
    const state = follower({
      term: 2,
      leader: b,
      commit: 1,
      durable: 3,
      memberships: [settled, inForce(3, five)],
    });
    const message = appendEntries(2, { after: [2, 1], entries: [entry(3, 2)] });
    expect(step(env({ log: [1, 1, 1] }), state, from(b, message)).state).toEqual(
      follower({ term: 2, leader: b, commit: 1, durable: 2, memberships: [settled] }),
    );
  });

  test("one that stays is not recorded twice", () => {
    const log = logOf([entry(1, 1), membershipEntry(2, 1, four)]);
    const state = follower({ term: 2, leader: b, durable: 2, memberships: [inForce(2, four)] });
    const message = appendEntries(2, {
      after: [1, 1],
      entries: [membershipEntry(2, 1, four), membershipEntry(3, 2, five)],
    });
    expect(step({ ...env(), log }, state, from(b, message)).state.memberships).toEqual([
      inForce(2, four),
      inForce(3, five),
    ]);
  });

  test("of those that are committed only the last can be in force again", () => {
    const state = follower({
      term: 2,
      leader: b,
      commit: 1,
      durable: 4,
      memberships: [settled, inForce(2, five), inForce(3, four), inForce(4, five)],
    });
    const message = appendEntries(2, { after: [4, 2], commit: 3 });
    expect(step(env({ log: [1, 1, 1, 2] }), state, from(b, message))).toEqual({
      state: { ...state, commit: 3, memberships: [inForce(3, four), inForce(4, five)] },
      effects: [resetElectionTimer, commit(3), send(b, appendAccepted(2, 4))],
    });
  });
});

describe("dissertation 5.1: a snapshot records the membership as of its last entry", () => {
  const log = logOf([
    entry(1, 1),
    membershipEntry(2, 1, four),
    entry(3, 1),
    membershipEntry(4, 1, five),
    entry(5, 1),
    membershipEntry(6, 1, four),
  ]);
  const setup = { ...env(), log };

  test.each([
    [1, {}],
    [2, four],
    [3, four],
    [4, five],
    [5, five],
    [6, four],
  ])("as of entry %i, though the log is committed further", (at, expected) => {
    const found = restore(hardState(1), log);
    const message = appendEntries(1, { after: [6, 1], commit: 5 });
    const state = step(setup, found, from(b, message)).state;
    expect(state.memberships).toEqual([inForce(4, five), inForce(6, four)]);
    expect(membershipAt(setup, state, index(at))).toEqual(membership(expected));
  });

  test("as of an entry before any change that is left in the log: that of the previous snapshot", () => {
    const rest = { ...env(), log: logFrom([2, 1], [entry(3, 1), membershipEntry(4, 1, five)]) };
    const state = follower({
      commit: 4,
      memberships: [inForce(4, five)],
      snapshot: snapshot([2, 1], { membership: four }),
    });
    expect(membershipAt(rest, state, index(3))).toEqual(membership(four));
    expect(membershipAt(rest, state, index(4))).toEqual(membership(five));
  });

  test("the configured one when nothing ever changed, without reading the log", () => {
    expect(membershipAt(envAfter([9, 1]), follower({ commit: 9 }), index(9))).toEqual(membership());
  });
});

describe("§5.2 a restart: what the disk holds is in force", () => {
  test("the snapshot's membership, and those of the entries after it", () => {
    const log = logFrom([4, 2], [entry(5, 2), membershipEntry(6, 3, five)]);
    const of = snapshot([4, 2], { membership: four });
    expect(restore(hardState(3, b), log, { snapshot: of })).toEqual(
      follower({
        term: 3,
        votedFor: b,
        commit: 4,
        durable: 6,
        memberships: [inForce(4, four), inForce(6, five)],
        snapshot: of,
      }),
    );
  });

  test("entries that the snapshot also covers are kept for followers and do not count", () => {
    const log = logFrom([1, 1], [membershipEntry(2, 1, five), entry(3, 2), entry(4, 2)]);
    const of = snapshot([3, 2], { membership: four });
    expect(restore(hardState(2), log, { snapshot: of })).toEqual(
      follower({ term: 2, commit: 3, durable: 4, memberships: [inForce(3, four)], snapshot: of }),
    );
  });

  test("an empty log after the snapshot", () => {
    const of = snapshot([4, 2], { membership: four });
    expect(restore(hardState(3), logAfter([4, 2]), { snapshot: of })).toEqual(
      follower({ term: 3, commit: 4, durable: 4, memberships: [inForce(4, four)], snapshot: of }),
    );
  });

  test("the horizon of a damaged log, which is no longer one of its entries", () => {
    const horizon = position([9, 3]);
    expect(restore(hardState(3), logAfter([0, 0], [1, 1]), { horizon })).toEqual(
      follower({ term: 3, durable: 2, horizon }),
    );
  });

  test("with leases: a leader may have been answered right before the crash", () => {
    expect(restore(hardState(3), logAfter([0, 0]), { leases: true })).toEqual(
      follower({ term: 3, heard: true }),
    );
  });

  test.each([
    ["22 whose snapshot became durable before its last entry did", [0, 0], [1, 1], [4, 2]],
    ["20 that has another entry where the snapshot ends", [0, 0], [1, 1, 1, 1], [4, 2]],
    ["that begins after a gap", [6, 2], [2], [4, 2]],
  ] as const)("a log %s cannot be continued", (_title, base, terms, at) => {
    const log = logAfter(base, terms);
    expect(() => restore(hardState(3), log, { snapshot: snapshot(at) })).toThrow(AssertionError);
  });

  test("nor can one whose beginning is in no snapshot", () => {
    expect(() => restore(hardState(3), logAfter([4, 2], [2]))).toThrow(AssertionError);
  });
});

describe("which servers may stand and vote", () => {
  test("a voter that knows itself to be one, with its own disk and an intact log", () => {
    expect(mayStand(env(), follower())).toBe(true);
    expect(mayStand(env({ id: d }), follower())).toBe(false);
    expect(mayStand(env({ uid: 7 }), follower())).toBe(false);
    expect(mayStand(env(), follower({ horizon: position([3, 1]) }))).toBe(false);
    const renewed = follower({ memberships: [inForce(2, { uids: { [a]: 7 }, lastUid: 7 })] });
    expect(mayStand(env({ uid: 7 }), renewed)).toBe(true);
    expect(mayStand(env(), renewed)).toBe(false);
    const learns = { voters: [b, c], learners: [a] };
    expect(mayStand(env(), follower({ commit: 2, memberships: [inForce(2, learns)] }))).toBe(false);
    const outgoing = { voters: [b, c, d], outgoing: [a, b, c] };
    expect(mayStand(env(), follower({ memberships: [inForce(2, outgoing)] }))).toBe(true);
  });
});

test("a leader's own change is in force at once, and commits by the majority that it creates", () => {
  const progress = { b: replicating(3, { match: 1 }), c: replicating(3, { match: 1 }) };
  const state = leader({ term: 1, durable: 2, commit: 1, progress });
  const changes = [{ type: "addVoter", node: d, uid: 0 }] as const;
  const setup = env({ log: [1, 1] });
  const after = run(
    setup,
    state,
    { type: "changeMembership", changes },
    from(b, appendAccepted(1, 2)),
  );
  expect(after.state.memberships).toEqual([inForce(3, four)]);
  expect(after.state.commit).toBe(1);
  expect(run(after.env, after.state, from(c, appendAccepted(1, 2))).state.commit).toBe(2);
});
