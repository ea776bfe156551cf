/**
 * Snapshots through a node (§7, dissertation chapter 5): taken over several turns, sent, received, and started from.
 */
import {
  index,
  initialMembership,
  term,
  type Config,
  type Entry,
  type Snapshot,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import {
  bench,
  CLIENT,
  commandOf,
  Journal,
  leadingBench,
  n2,
  n3,
  NODES,
  opening,
  proposal,
  raft,
  recovered,
  textOf,
  timeout,
  turn,
  type Bench,
  type Given,
} from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  chunkReply,
  hardState,
  voteReply,
} from "../../core/support/core.ts";
import { MemorySnapshots } from "../support/memory-snapshots.ts";
import { runOf } from "../support/runs.ts";

const client = clientAddress(CLIENT);

/** The results and writes of a turn in which nothing happens. */
const NOTHING = { early: [], answers: [], promises: [], written: ["sync"] };

/** A journal whose state is three parts, each as large as a turn writes of a snapshot. */
class LargeJournal extends Journal {
  /** How many parts of a snapshot were read, and how often one was ended early. */
  drawn = 0;
  ended = 0;

  *snapshotParts(): Iterable<unknown> {
    const applied = [...this.applied];
    let whole = false;
    try {
      for (let part = 0; part < 3; part += 1) {
        this.drawn += 1;
        yield { applied, filling: new Uint8Array(1024 * 1024) };
      }
      whole = true;
    } finally {
      if (!whole) this.ended += 1;
    }
  }

  restoreParts(parts: Iterable<unknown>): void {
    for (const part of parts) this.restore((part as { readonly applied: unknown }).applied);
  }
}

/** Leads term 1 with an open session: entries 1 and 2 are applied, and n2 holds them. */
function leading(given: Partial<Config> & Given = {}): Bench {
  const at = leadingBench(given);
  turn(at, raft(n2, appendAccepted(1, 0)));
  turn(at, proposal(0, opening()), raft(n2, appendAccepted(1, 1)));
  turn(at, raft(n2, appendAccepted(1, 2)));
  return at;
}

/** A turn in which the next command arrives, and one in which n2 holds it: it is applied. */
function apply(at: Bench, sequence: number, text = `${sequence}`): void {
  turn(at, proposal(sequence, commandOf(sequence, text, { floor: 1 })));
  turn(at, raft(n2, appendAccepted(1, at.actor.log.lastIndex)));
}

/** The entries of a log, as text. */
function logOf({ actor: { log } }: Bench): readonly string[] {
  if (log.lastIndex < log.firstIndex) return [];
  return log.slice(log.firstIndex, log.lastIndex, Infinity).map(textOf);
}

/** Runs turns without mail while there is work, and returns what each wrote. */
function settle(at: Bench): readonly unknown[] {
  const written = [];
  while (at.actor.hasBacklog) written.push(turn(at).written);
  return written;
}

/** The journal in a snapshot. */
function contentOf({ snapshots }: Bench, snapshot: Snapshot | undefined): readonly string[] {
  const other = bench({
    snapshots,
    machine: new LargeJournal(),
    disk: recovered({ snapshot: snapshot as Snapshot, base: snapshot as Snapshot }),
  });
  return other.machine.applied;
}

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

/** A node that has a snapshot of its first four entries, with two commands, and one entry after it. */
function withSnapshot(given: Partial<Config> & Given & { readonly machine: Journal }): Bench {
  const at = leading({ keptEntries: 0, ...given });
  apply(at, 1, "a");
  apply(at, 2, "b");
  at.actor.beginSnapshot();
  settle(at);
  apply(at, 3, "c");
  return at;
}

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

test("a request to compact removes what is kept before the snapshot, and nothing after it", () => {
  const at = withSnapshot({ machine: new Journal(), keptEntries: 3 });
  expect(logOf(at)).toEqual(["2@1 7/0", "3@1 7/1", "4@1 7/2", "5@1 7/3"]);
  const order = { type: "order", event: { type: "compact", keptEntries: 0 } } as const;
  expect(turn(at, order).written).toEqual(["compact 4", "flush", "sync"]);
  expect([logOf(at), turn(at, order)]).toEqual([["5@1 7/3"], NOTHING]);
});
