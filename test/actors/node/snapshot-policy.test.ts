/** When a node takes a snapshot automatically (dissertation 5.1.2), and which entries it keeps then. */
import { initialMembership } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import {
  bench,
  commandOf,
  n2,
  n3,
  NODES,
  opening,
  proposal,
  raft,
  timeout,
  turn,
} from "../support/actors.ts";
import { appendAccepted } from "../../core/support/core.ts";
import { runOf } from "../support/runs.ts";
import { apply, contentOf, leading, logOf, NOTHING, settle } from "../support/snapshot-bench.ts";

describe("when a node takes a snapshot automatically (dissertation 5.1.2)", () => {
  test("when this many entries are applied after the last one, and the next after as many again", () => {
    const at = leading({ policy: { entries: 4, bytes: Infinity }, keptEntries: 0 });
    apply(at, 1);
    expect([turn(at).written, at.snapshots.newest]).toEqual([["sync"], undefined]);
    apply(at, 2);
    expect([at.snapshots.newest?.index, at.actor.hasBacklog]).toEqual([4, true]);
    expect(turn(at).written).toEqual(["compact 4", "flush", "sync"]);
    expect(at.actor.hasBacklog).toBe(false);
    const { newest } = at.snapshots;
    expect(newest).toMatchObject({ index: 4, term: 1, membership: initialMembership(NODES) });
    expect([at.actor.state.snapshot, logOf(at)]).toEqual([newest, []]);
    apply(at, 3);
    apply(at, 4);
    apply(at, 5);
    expect([turn(at).written, at.snapshots.newest]).toEqual([["sync"], newest]);
    apply(at, 6);
    expect(turn(at).written).toEqual(["compact 8", "flush", "sync"]);
  });

  test("when this many commands are applied, however many are in an entry", () => {
    const at = leading({ policy: { entries: 7, bytes: Infinity }, keptEntries: 0 });
    const propose = (run: CommandBytes): unknown => {
      turn(at, proposal(1, run));
      return turn(at, raft(n2, appendAccepted(1, at.actor.log.lastIndex)));
    };
    // The no-op of the leader and the opening of the session count as one each.
    propose(runOf(1, ["a", "b", "c", "d"]));
    expect([turn(at).written, at.snapshots.newest]).toEqual([["sync"], undefined]);
    propose(runOf(5, ["e", "f"]));
    expect(turn(at).written).toEqual(["compact 4", "flush", "sync"]);
    propose(runOf(7, ["g", "h", "i", "j", "k", "l"]));
    expect(turn(at).written).toEqual(["sync"]);
    propose(runOf(13, ["m"]));
    expect(turn(at).written).toEqual(["compact 6", "flush", "sync"]);
  });

  test.each([
    {
      policy: { entries: 6, bytes: Infinity },
      size: 1,
      taken: [
        [3, 9, 15],
        [4, 10, 16],
        [6, 12, 18],
      ],
    },
    {
      policy: { entries: Infinity, bytes: 6000 },
      size: 960,
      taken: [
        [5, 12],
        [7, 14],
        [9, 16],
      ],
    },
  ])(
    "three nodes in turns, whatever the order of the voters: $policy",
    ({ policy, size, taken }) => {
      const inTurns = NODES.map((id) => {
        const given = { id, voters: NODES.toReversed(), keptEntries: 0 };
        const at = bench({ ...given, policy: { ...policy, inTurns: true } });
        const peer = id === n2 ? n3 : n2;
        timeout(at);
        turn(at, raft(peer, { type: "voteReply", term: 1, granted: true }));
        const indexes = new Set<number>();
        for (let sequence = 1; sequence <= 16; sequence += 1) {
          const commands = [commandOf(sequence, "x".repeat(size), { floor: 1 })];
          turn(at, proposal(sequence, ...(sequence === 1 ? [opening(), ...commands] : commands)));
          turn(at, raft(peer, appendAccepted(1, at.actor.log.lastIndex)));
          settle(at);
          indexes.add(at.snapshots.newest?.index ?? 0);
        }
        return [...indexes].filter((index) => index > 0);
      });
      expect(inTurns).toEqual(taken);
    },
  );

  test("of the entries that are kept, those with more than 16 MiB of commands are not", () => {
    const at = leading({ policy: { entries: 8, bytes: Infinity }, keptEntries: 100 });
    const large = "x".repeat(3 * 1024 * 1024);
    for (let sequence = 1; sequence <= 5; sequence += 1) apply(at, sequence, large);
    expect(turn(at).written).toEqual(["sync"]);
    apply(at, 6, large);
    turn(at);
    settle(at);
    expect(at.snapshots.newest?.index).toBe(8);
    expect(logOf(at)).toEqual(["4@1 7/2", "5@1 7/3", "6@1 7/4", "7@1 7/5", "8@1 7/6"]);
  });

  test("when the commands applied after the last one have this many bytes", () => {
    const large = "x".repeat(1000);
    const at = leading({ policy: { entries: Infinity, bytes: 2000 }, keptEntries: 2 });
    apply(at, 1, large);
    expect([turn(at).written, at.snapshots.newest]).toEqual([["sync"], undefined]);
    apply(at, 2, large);
    expect(turn(at).written).toEqual(["compact 2", "flush", "sync"]);
    expect([at.snapshots.newest?.index, logOf(at)]).toEqual([4, ["3@1 7/1", "4@1 7/2"]]);
    apply(at, 3, large);
    expect(turn(at).written).toEqual(["sync"]);
    apply(at, 4, large);
    expect(turn(at).written).toEqual(["compact 4", "flush", "sync"]);
  });

  test("with a share, not before the entries since the last one take that much of its size in memory", () => {
    const at = leading({ policy: { entries: 2, bytes: Infinity, share: 0.5 }, keptEntries: 0 });
    const sizes: number[] = [];
    const text = "x".repeat(100);
    for (let sequence = 1; sequence <= 700; sequence += 1) {
      const before = at.snapshots.newest;
      apply(at, sequence, text);
      settle(at);
      const { newest } = at.snapshots;
      if (newest === undefined || newest === before) continue;
      sizes.push(newest.size);
      if (before === undefined) continue;
      // An entry takes 200 bytes and its command, which has 118.
      expect(newest.index - before.index).toBe(Math.max(2, Math.ceil((0.5 * before.size) / 318)));
      expect(at.actor.log.firstIndex).toBe(newest.index + 1);
    }
    // Each is at most a few entries larger than the share allows: together they are written a bounded number of times.
    const written = sizes.reduce((sum, size) => sum + size, 0);
    expect([sizes.length > 10, written < 8 * (sizes.at(-1) ?? 0)]).toEqual([true, true]);
  });

  test("under a load that commits more in every turn than was applied before it", () => {
    const at = leading({ policy: { entries: 8, bytes: Infinity }, keptEntries: 0 });
    turn(at, proposal(1, commandOf(1, "1")));
    for (let sequence = 2; sequence < 20; sequence += 1) {
      const { lastIndex } = at.actor.log;
      turn(
        at,
        raft(n2, appendAccepted(1, lastIndex)),
        proposal(sequence, commandOf(sequence, `${sequence}`)),
      );
    }
    expect(at.actor.status()).toMatchObject({ commit: 20, applied: 20, first: 17, snapshot: 16 });
    const sixteen = Array.from({ length: 14 }, (_, place) => `${place + 1}`);
    expect(contentOf(at, at.snapshots.newest)).toEqual(sixteen);
  });

  test("not before anything is applied, nor of the same entry twice", () => {
    const fresh = bench({ policy: { entries: 0, bytes: 0 } });
    expect([turn(fresh), fresh.actor.beginSnapshot(), fresh.actor.hasBacklog]).toEqual([
      NOTHING,
      undefined,
      false,
    ]);
    const at = leading();
    expect(at.actor.beginSnapshot()).toEqual({ index: 2, term: 1 });
    expect(at.actor.beginSnapshot()).toBeUndefined();
    settle(at);
    expect(at.actor.beginSnapshot()).toBeUndefined();
  });
});
