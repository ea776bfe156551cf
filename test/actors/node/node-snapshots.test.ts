/** Snapshots of a node (§7, dissertation chapter 5): taken over several turns, started from, and compacted to. */
import { index, initialMembership, term, type Entry, type Snapshot } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import {
  bench,
  CLIENT,
  commandOf,
  Journal,
  n2,
  n3,
  NODES,
  opening,
  proposal,
  raft,
  recovered,
  timeout,
  turn,
} from "../support/actors.ts";
import { appendAccepted, appendEntries, voteReply } from "../../core/support/core.ts";
import { MemorySnapshots } from "../support/memory-snapshots.ts";
import {
  apply,
  contentOf,
  LargeJournal,
  leading,
  logOf,
  NOTHING,
  settle,
  withSnapshot,
} from "../support/snapshot-bench.ts";

const client = clientAddress(CLIENT);

describe("a snapshot that takes several turns (dissertation 5.1.1)", () => {
  test("holds the state as of its beginning, though commands keep being applied and answered", () => {
    const machine = new LargeJournal();
    const at = leading({ machine, keptEntries: 0 });
    apply(at, 1, "before");
    expect([at.actor.beginSnapshot(), machine.drawn]).toEqual([{ index: 3, term: 1 }, 0]);
    expect(turn(at, proposal(2, commandOf(2, "during"))).written).toEqual([
      "append 4@1 7/2",
      "flush",
      "sync",
    ]);
    expect([machine.drawn, at.actor.hasBacklog, at.snapshots.newest]).toEqual([1, true, undefined]);
    expect(turn(at, raft(n2, appendAccepted(1, 4))).answers).toEqual([
      { to: client, answers: { 2: { type: "ok", value: 2 } } },
    ]);
    expect([machine.drawn, machine.applied]).toEqual([2, ["before", "during"]]);
    expect(settle(at)).toEqual([["sync"], ["sync"], ["compact 3", "flush", "sync"]]);
    expect(machine.ended).toBe(0);
    const { newest } = at.snapshots;
    expect(newest).toMatchObject({ index: 3, term: 1 });
    expect([at.actor.state.snapshot, contentOf(at, newest)]).toEqual([newest, ["before"]]);
    expect([logOf(at), at.machine.applied]).toEqual([["4@1 7/2"], ["before", "during"]]);
  });

  test("another is not begun meanwhile, even if it is due", () => {
    const machine = new LargeJournal();
    const at = leading({ machine, policy: { entries: 2, bytes: 1 }, keptEntries: 0 });
    apply(at, 1);
    expect([machine.drawn, at.actor.beginSnapshot()]).toEqual([3, undefined]);
    turn(at);
    expect([at.snapshots.newest?.index, at.actor.status().snapshot]).toEqual([2, 2]);
    turn(at);
    expect([machine.drawn, at.actor.hasBacklog]).toEqual([4, true]);
  });

  test("may be of an entry before the commit index while a backlog is applied, with the membership at that entry", () => {
    const entries: Entry<CommandBytes>[] = Array.from({ length: 8200 }, (_, place) => {
      const at = { index: index(place + 1), term: term(1) };
      if (place === 0) return { ...at, type: "command", command: opening() };
      return { ...at, type: "command", command: commandOf(place, "x") };
    });
    const later = { ...initialMembership(NODES), learners: [NODES[0]] };
    const shrunk = { ...later, voters: [n2, n3] };
    entries.push({ type: "membership", index: index(8201), term: term(1), membership: shrunk });
    const at = bench({ disk: recovered({ term: 1, entries }), keptEntries: 8190 });
    turn(at, raft(n2, appendEntries(1, { after: [8201, 1], commit: 8201 })));
    expect(at.actor.status()).toMatchObject({ commit: 8201, applied: 8192, votes: false });
    expect(at.actor.beginSnapshot()).toEqual({ index: 8192, term: 1 });
    settle(at);
    const first = at.snapshots.newest;
    expect(first).toMatchObject({ index: 8192, membership: initialMembership(NODES) });
    expect([at.actor.status().first, at.actor.status().applied]).toEqual([3, 8201]);
    at.actor.beginSnapshot();
    settle(at);
    expect(at.snapshots.newest).toMatchObject({ index: 8201, membership: shrunk });
  });

  test("the membership in it is the one in force at its last entry, not one that is proposed", () => {
    const at = leading();
    const order = { type: "changeMembership", changes: [{ type: "remove", node: n3 }] } as const;
    turn(at, { type: "order", event: order });
    expect(at.actor.membership).toMatchObject({ index: 3, committed: false });
    at.actor.beginSnapshot();
    settle(at);
    expect(at.snapshots.newest).toMatchObject({ index: 2, membership: initialMembership(NODES) });
    turn(at, raft(n2, appendAccepted(1, 3)));
    at.actor.beginSnapshot();
    settle(at);
    expect(at.snapshots.newest).toMatchObject({
      index: 3,
      membership: initialMembership([NODES[0], n2]),
    });
  });
});

test("a restarted node gets its state from its snapshot and the log after it (§7)", () => {
  const snapshots = new MemorySnapshots();
  const before = withSnapshot({ machine: new Journal(), snapshots });
  const snapshot = snapshots.newest as Snapshot;
  const entries = before.actor.log.slice(index(5), index(5), Infinity);
  const at = bench({
    snapshots,
    disk: recovered({ term: 1, entries, snapshot, base: snapshot }),
    policy: { entries: 2, bytes: Infinity },
  });
  expect([at.machine.applied, at.actor.digest().applied]).toEqual([["a", "b"], 4]);
  expect(at.actor.state).toEqual({
    term: 1,
    votedFor: undefined,
    commit: 4,
    durable: 5,
    memberships: [{ index: 4, membership: initialMembership(NODES) }],
    snapshot,
    horizon: undefined,
    role: { type: "follower", leader: undefined, heard: false, receiving: undefined },
  });
  turn(at, raft(n2, appendEntries(1, { after: [5, 1], commit: 5 })));
  expect(turn(at)).toEqual(NOTHING);
  expect(at.machine.applied).toEqual(["a", "b", "c"]);
  // Its sessions came with the snapshot: a repeated command is answered and not applied again.
  timeout(at);
  turn(at, raft(n2, voteReply(2, true)));
  turn(at, raft(n2, appendAccepted(2, 5)), proposal(1, commandOf(2, "b")));
  expect(turn(at, raft(n2, appendAccepted(2, 7))).answers).toEqual([
    { to: client, answers: { 2: { type: "ok", value: 2 } } },
  ]);
  expect(at.machine.applied).toEqual(["a", "b", "c"]);
});

test("a request to compact removes what is kept before the snapshot, and nothing after it", () => {
  const at = withSnapshot({ machine: new Journal(), keptEntries: 3 });
  expect(logOf(at)).toEqual(["2@1 7/0", "3@1 7/1", "4@1 7/2", "5@1 7/3"]);
  const order = { type: "order", event: { type: "compact", keptEntries: 0 } } as const;
  expect(turn(at, order).written).toEqual(["compact 4", "flush", "sync"]);
  expect([logOf(at), turn(at, order)]).toEqual([["5@1 7/3"], NOTHING]);
});
