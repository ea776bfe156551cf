/** Snapshots between nodes, in chunks (§7, Figure 13): received by a follower, and sent by a leader. */
import { term, type Snapshot } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  bench,
  commandOf,
  Journal,
  n2,
  n3,
  opening,
  raft,
  timeout,
  turn,
  type Bench,
} from "../support/actors.ts";
import { appendAccepted, appendEntries, chunkReply, hardState } from "../../core/support/core.ts";
import { MemorySnapshots } from "../support/memory-snapshots.ts";
import { apply, LargeJournal, NOTHING, settle, withSnapshot } from "../support/snapshot-bench.ts";

type Part = { readonly offset: number; readonly bytes: Uint8Array };

/** A snapshot of another node, in chunks of a third each. */
function sent(): { snapshot: Snapshot; parts: readonly Part[] } {
  const { snapshots } = withSnapshot({ machine: new Journal() });
  const snapshot = snapshots.newest as Snapshot;
  const bytes = snapshots.read(snapshot, 0, snapshot.size) as Uint8Array;
  const third = Math.ceil(snapshot.size / 3);
  const parts = [0, third, 2 * third].map((offset) => ({
    offset,
    bytes: bytes.slice(offset, offset + third),
  }));
  return { snapshot, parts };
}

function chunk(snapshot: Snapshot, part: Part | undefined): unknown {
  return { type: "snapshotChunk", term: term(1), snapshot, ...part };
}

describe("a follower receives a snapshot in chunks (§7, Figure 13)", () => {
  test("each is answered after the sync; with the last, journal, sessions and log are the snapshot's", () => {
    const { snapshot, parts } = sent();
    const [first, second, third] = parts;
    const at = bench();
    const said = (message: unknown): unknown => ({
      ...NOTHING,
      promises: [{ to: n2, raft: [message] }],
    });
    expect(turn(at, raft(n2, chunk(snapshot, first)))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [chunkReply(1, snapshot, second?.offset ?? 0)] }],
      written: [{ hard: hardState(1) }, "flush", "sync"],
    });
    expect(at.actor.status().receiving).toEqual({ received: second?.offset, size: snapshot.size });
    expect(turn(at, raft(n2, chunk(snapshot, second)))).toEqual(
      said(chunkReply(1, snapshot, third?.offset ?? 0)),
    );
    expect([at.machine.applied, at.snapshots.newest]).toEqual([[], undefined]);
    expect(turn(at, raft(n2, chunk(snapshot, third)))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [appendAccepted(1, 4)] }],
      written: ["reset 4@1", "flush", "sync"],
    });
    expect(at.machine.applied).toEqual(["a", "b"]);
    expect(at.actor.status()).toEqual({
      role: "follower",
      term: 1,
      leader: n2,
      commit: 4,
      last: 4,
      applied: 4,
      first: 5,
      snapshot: 4,
      votes: true,
      repairing: false,
      receiving: undefined,
    });
    expect(at.actor.hasBacklog).toBe(false);
    const command = { type: "command", index: 5, term: 1, command: commandOf(3, "c") } as const;
    const next = { ...appendEntries(1, { after: [4, 1], commit: 5 }), entries: [command] };
    expect(turn(at, raft(n2, next))).toEqual({
      early: [],
      answers: [],
      promises: [{ to: n2, raft: [appendAccepted(1, 5)] }],
      written: ["append 5@1 7/3", "flush", "sync"],
    });
    expect(at.machine.applied).toEqual(["a", "b", "c"]);
  });

  test("all of it in one turn, with the entries after it, is one write and answers in order", () => {
    const { snapshot, parts } = sent();
    const at = bench();
    const chunks = parts.map((part) => chunk(snapshot, part));
    const command = { type: "command", index: 5, term: 1, command: commandOf(3, "c") } as const;
    const next = { ...appendEntries(1, { after: [4, 1], commit: 5 }), entries: [command] };
    expect(turn(at, raft(n2, ...chunks, next))).toEqual({
      early: [],
      answers: [],
      promises: [
        {
          to: n2,
          raft: [
            chunkReply(1, snapshot, parts[1]?.offset ?? 0),
            chunkReply(1, snapshot, parts[2]?.offset ?? 0),
            appendAccepted(1, 4),
            appendAccepted(1, 5),
          ],
        },
      ],
      written: [{ hard: hardState(1) }, "reset 4@1", "append 5@1 7/3", "flush", "sync"],
    });
    expect(at.machine.applied).toEqual(["a", "b", "c"]);
  });

  test("a damaged one is deleted, and starts again", () => {
    const { snapshot, parts } = sent();
    const [first, second, third] = parts;
    const at = bench();
    turn(at, raft(n2, chunk(snapshot, first)));
    const flipped = new Uint8Array(second?.bytes ?? []);
    flipped[3] = (flipped[3] ?? 0) ^ 1;
    turn(at, raft(n2, chunk(snapshot, { offset: second?.offset ?? 0, bytes: flipped })));
    expect(turn(at, raft(n2, chunk(snapshot, third)))).toEqual({
      ...NOTHING,
      promises: [{ to: n2, raft: [chunkReply(1, snapshot, 0)] }],
    });
    expect([at.machine.applied, at.snapshots.newest, at.actor.status().receiving]).toEqual([
      [],
      undefined,
      undefined,
    ]);
    turn(at, raft(n2, ...parts.map((part) => chunk(snapshot, part))));
    expect(at.machine.applied).toEqual(["a", "b"]);
  });

  test("replaces one that the node is taking itself, which is not read any more", () => {
    const { snapshot, parts } = sent();
    const [first, second, third] = parts;
    const machine = new LargeJournal();
    const command = { type: "command", index: 1, term: 1, command: opening() } as const;
    const at = bench({ machine });
    turn(at, raft(n2, { ...appendEntries(1, { commit: 1 }), entries: [command] }));
    expect(at.actor.beginSnapshot()).toEqual({ index: 1, term: 1 });
    turn(at, raft(n2, chunk(snapshot, first), chunk(snapshot, second)));
    expect([machine.drawn, machine.ended]).toEqual([1, 0]);
    expect(turn(at, raft(n2, chunk(snapshot, third))).written).toEqual([
      "reset 4@1",
      "flush",
      "sync",
    ]);
    expect([machine.ended, at.actor.hasBacklog]).toEqual([1, false]);
    expect([at.snapshots.newest, turn(at)]).toEqual([snapshot, NOTHING]);
    expect([machine.applied, at.actor.status().snapshot]).toEqual([["a", "b"], 4]);
  });
});

/** A store that cannot read anything from some moment on. */
class Lost extends MemorySnapshots {
  isLost = false;

  override read(...args: Parameters<MemorySnapshots["read"]>): ReturnType<MemorySnapshots["read"]> {
    return this.isLost ? undefined : super.read(...args);
  }
}

describe("a leader sends a snapshot to a follower that needs compacted entries (§7)", () => {
  const PART = 16;

  /** Leads with a snapshot of four entries, in chunks of 16 bytes; n3 has been sent the first. */
  function sending(snapshots = new MemorySnapshots()): { at: Bench; snapshot: Snapshot } {
    const at = withSnapshot({ machine: new Journal(), snapshots, maxAppendBytes: PART });
    timeout(at);
    const snapshot = snapshots.newest as Snapshot;
    expect(snapshot.size).toBeGreaterThan(3 * PART);
    return { at, snapshot };
  }

  function part(at: Bench, snapshot: Snapshot, offset: number): unknown {
    const bytes = at.snapshots.read(snapshot, offset, PART);
    return { type: "snapshotChunk", term: 1, snapshot, offset, bytes };
  }

  function toThird(...messages: readonly unknown[]): unknown {
    return { ...NOTHING, early: [{ to: n3, raft: messages }] };
  }

  test("chunks leave before the sync, as they promise nothing, and each answer sends the next one", () => {
    const at = withSnapshot({ machine: new Journal(), maxAppendBytes: PART });
    const snapshot = at.snapshots.newest as Snapshot;
    expect(timeout(at).early).toEqual([
      { to: n2, raft: [appendEntries(1, { after: [5, 1], commit: 5, round: 2 })] },
      { to: n3, raft: [appendEntries(1, { commit: 5, round: 2 }), part(at, snapshot, 0)] },
    ]);
    const answer = chunkReply(1, snapshot, PART);
    expect(turn(at, raft(n3, answer))).toEqual(toThird(part(at, snapshot, PART)));
    expect(turn(at, raft(n3, answer))).toEqual(NOTHING);
    const last = Math.floor(snapshot.size / PART) * PART;
    expect(turn(at, raft(n3, chunkReply(1, snapshot, last)))).toEqual(
      toThird(part(at, snapshot, last)),
    );
    expect(turn(at, raft(n3, appendAccepted(1, 4)))).toEqual(
      toThird({
        ...appendEntries(1, { after: [4, 1], commit: 5, round: 2 }),
        entries: ["5@1 7/3"],
      }),
    );
  });

  test("a follower whose copy was broken gets it from its beginning", () => {
    const { at, snapshot } = sending();
    turn(at, raft(n3, chunkReply(1, snapshot, PART)));
    expect(turn(at, raft(n3, chunkReply(1, snapshot, 0)))).toEqual(toThird(part(at, snapshot, 0)));
  });

  test("one that is no longer kept is replaced by the newest, from its beginning", () => {
    const { at, snapshot } = sending();
    for (const sequence of [4, 5]) {
      apply(at, sequence);
      at.actor.beginSnapshot();
      settle(at);
    }
    const newest = at.snapshots.newest as Snapshot;
    expect([newest.index, at.snapshots.read(snapshot, 0, 1)]).toEqual([7, undefined]);
    expect(turn(at, raft(n3, chunkReply(1, snapshot, PART)))).toEqual(
      toThird(appendEntries(1, { commit: 7, round: 2 }), part(at, newest, 0)),
    );
    expect(at.actor.state.role).toMatchObject({
      progress: { [n3]: { type: "snapshot", snapshot: newest, offset: 0 } },
    });
  });

  test("while the newest cannot be read it is requested with heartbeats, and not in a loop", () => {
    const snapshots = new Lost();
    const { at, snapshot } = sending(snapshots);
    snapshots.isLost = true;
    expect(turn(at, raft(n3, chunkReply(1, snapshot, PART)))).toEqual(NOTHING);
    const alive = { to: n3, raft: [{ type: "appendEntries" }] };
    expect(timeout(at).early[1]).toMatchObject(alive);
    snapshots.isLost = false;
    expect(timeout(at).early[1]).toEqual({
      to: n3,
      raft: [appendEntries(1, { commit: 5, round: 4 }), part(at, snapshot, PART)],
    });
  });
});
