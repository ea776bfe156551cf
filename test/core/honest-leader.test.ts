/**
 * One follower and a leader that sends only true messages, in any order, any number of times, or not at all: nothing
 * breaks the follower, and once every message arrives it holds what its leader holds.
 */
import {
  checkState,
  checkStep,
  index,
  restore,
  sameSnapshot,
  step,
  term,
  type Event,
  type Message,
  type Snapshot,
  type State,
} from "@kontiki/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  appendEntries,
  b,
  c,
  contentOf,
  d,
  durable,
  electionTimeout,
  entries,
  env,
  from,
  hardState,
  heartbeatTimeout,
  performOn,
  propose,
  replicate,
  requestVote,
  snapshotChunk,
  snapshotOf,
  type Command,
  type TestEnv,
} from "./support/core.ts";

/** The leader's term. No entry is of a later one. */
const TERM = 9;

/** Two logs that are equal up to some entry and share no entry after it (§5.3, Log Matching). */
const anyLogs = fc
  .record({
    same: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 5 }),
    /** Odd terms at the leader, even ones at the follower. */
    theirs: fc.array(fc.constantFrom(3, 5, 7, TERM), { maxLength: 6 }),
    ours: fc.array(fc.constantFrom(4, 6, 8), { maxLength: 6 }),
    committed: fc.nat({ max: 11 }),
    known: fc.nat({ max: 5 }),
    snapshotAt: fc.nat({ max: 5 }),
    damaged: fc.boolean(),
  })
  .map(({ same, theirs, ours, ...rest }) => {
    const up = (terms: readonly number[]) => terms.toSorted((x, y) => x - y);
    const shared = up(same);
    return {
      shared,
      leads: [...shared, ...up(theirs)],
      follows: [...shared, ...up(ours)],
      ...rest,
    };
  });
type Logs = typeof anyLogs extends fc.Arbitrary<infer T> ? T : never;

/** The numbers choose a place in the leader's log, a snapshot chunk, or an amount, modulo how many there are. */
const anyAct = fc.record({
  what: fc.constantFrom(
    ...(["entries", "entries", "entries", "chunk", "chunk", "chunk", "next", "next"] as const),
    ...(["vote", "durable", "taken", "compact", "broken", "other"] as const),
  ),
  at: fc.nat({ max: 11 }),
  count: fc.nat({ max: 4 }),
  commit: fc.nat({ max: 11 }),
});
type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

const OTHERS: readonly Event<Command>[] = [
  electionTimeout,
  heartbeatTimeout,
  replicate,
  propose("x"),
  { type: "leaderSilent" },
  { type: "read", id: 1, leased: true },
  { type: "changeMembership", changes: [{ type: "remove", node: b }] },
  { type: "transfer", target: undefined },
  { type: "peerDown", node: b },
  { type: "peerDown", node: c },
  { type: "snapshotGone", snapshot: snapshotOf(1, 1) },
  from(d, requestVote(3)),
];

/** The follower, its disk, and the leader that sends to it. */
class Pair {
  readonly leads: readonly number[];
  readonly committed: number;
  readonly setup: TestEnv;
  state: State;
  /** The chunks of a snapshot on the follower's disk, and what the disk reports when they are complete. */
  #saved: { readonly snapshot: Snapshot; readonly bytes: number } | undefined;
  #coming: Event<Command> | undefined;

  constructor({ shared, leads, follows, committed, known, snapshotAt, damaged }: Logs) {
    this.leads = leads;
    this.committed = Math.min(committed, leads.length);
    const log = env({ log: follows }).log;
    this.setup = { config: env({ keptEntries: 1, quorumBeats: 3, preVote: true }).config, log };
    const end = Math.min(snapshotAt, shared.length, this.committed);
    const snapshot = end === 0 ? undefined : this.#snapshot(end);
    if (snapshot !== undefined) log.compact(snapshot.index);
    const horizon = damaged ? { index: index(follows.length + 1), term: term(8) } : undefined;
    this.state = restore(hardState(8), log, { snapshot, horizon });
    const commit = Math.max(end, Math.min(known, shared.length, this.committed));
    this.state = { ...this.state, commit: index(commit) };
  }

  act({ what, at, count, commit }: Act): void {
    const { log } = this.setup;
    switch (what) {
      case "entries":
        return this.tell(this.entriesFrom(at % (this.leads.length + 1), count, commit));
      case "chunk":
        return this.committed === 0
          ? undefined
          : this.tell(this.chunkOf((at % this.committed) + 1, count));
      case "next":
        return this.tell(this.nextChunk());
      case "vote":
        return this.event(from(c, requestVote(TERM, { lastIndex: at, lastTerm: count })));
      case "durable": {
        const held = log.firstIndex - 1 + (at % (log.lastIndex - log.firstIndex + 2));
        return this.event(durable(held, log.termAt(index(held)) ?? 0));
      }
      case "taken": {
        const upTo = Math.min(at, this.state.commit);
        return upTo < log.firstIndex ? undefined : this.event(this.#taken(upTo));
      }
      case "compact":
        return this.event({ type: "compact", keptEntries: count });
      case "broken":
        return this.#endSaving((snapshot) => ({ type: "snapshotBroken", snapshot }));
      case "other":
        return this.event(OTHERS[at % OTHERS.length] ?? replicate);
      default:
        return what satisfies never;
    }
  }

  tell(message: Message<Command> | undefined): void {
    if (message !== undefined) this.event(from(b, message));
  }

  entriesFrom(prev: number, count: number, commit: number): Message<Command> {
    return appendEntries(TERM, {
      after: [prev, this.leads[prev - 1] ?? 0],
      entries: entries(this.leads.slice(prev, prev + count), prev + 1),
      commit: Math.min(commit, this.committed),
    });
  }

  chunkOf(at: number, offset: number): Message<Command> {
    const snapshot = this.#snapshot(at);
    const begin = offset % snapshot.size;
    const bytes = [1, 2].slice(0, snapshot.size - begin);
    return snapshotChunk(TERM, snapshot, { offset: begin, bytes });
  }

  /** The chunk that the follower waits for. */
  nextChunk(): Message<Command> | undefined {
    const receiving = this.state.role.type === "follower" ? this.state.role.receiving : undefined;
    if (receiving === undefined || receiving.received === receiving.snapshot.size) return undefined;
    return this.chunkOf(receiving.snapshot.index, receiving.received);
  }

  /** The disk reports on the snapshot once all of it is saved. The event of an earlier step comes first. */
  event(event: Event<Command>): void {
    this.#endSaving((snapshot) => ({ type: "snapshotReceived", snapshot }), true);
    this.#step(event);
  }

  #endSaving(say: (snapshot: Snapshot) => Event<Command>, late = false): void {
    const done = this.#coming;
    this.#coming = undefined;
    if (done !== undefined) this.#step(done);
    if (this.#saved === undefined || this.#saved.bytes < this.#saved.snapshot.size) return;
    const event = say(this.#saved.snapshot);
    this.#saved = undefined;
    if (late) this.#coming = event;
    else this.#step(event);
  }

  #step(event: Event<Command>): void {
    const { config, log } = this.setup;
    const before = { env: { config, log: log.snapshot() }, state: this.state };
    const { state, effects } = step(this.setup, this.state, event);
    performOn(log, effects);
    this.state = state;
    for (const effect of effects) {
      if (effect.type !== "saveChunk") continue;
      const { snapshot, offset, bytes } = effect;
      const known = this.#saved !== undefined && sameSnapshot(this.#saved.snapshot, snapshot);
      expect(offset === 0 || (known && this.#saved?.bytes === offset)).toBe(true);
      this.#saved = { snapshot, bytes: offset + bytes.length };
    }
    const after = { env: this.setup, state };
    expect([...checkState(after), ...checkStep(before, after)]).toEqual([]);
  }

  #snapshot(at: number): Snapshot {
    return snapshotOf(at, this.leads[at - 1] ?? 0, { size: 3 + (at % 3) });
  }

  #taken(at: number): Event<Command> {
    const inTerm = this.setup.log.termAt(index(at)) ?? 0;
    return { type: "snapshotTaken", snapshot: snapshotOf(at, inTerm) };
  }
}

describe("a follower and its leader", { timeout: 120_000 }, () => {
  test("true messages break nothing, however late they are, and all of them together bring the whole log", () => {
    const seen = { installed: 0, kept: 0, repaired: 0 };
    fc.assert(
      fc.property(anyLogs, fc.array(anyAct, { maxLength: 30, size: "max" }), (logs, acts) => {
        const pair = new Pair(logs);
        const damaged = pair.state.horizon !== undefined;
        for (const act of acts) pair.act(act);
        if ((pair.state.snapshot?.size ?? 10) < 10) seen.installed += 1;
        if (pair.setup.log.firstIndex === 1) seen.kept += 1;
        pair.event(replicate);
        pair.event(replicate);
        const { commit } = pair.state;
        pair.tell(pair.entriesFrom(commit, 99, 99));
        expect(pair.state.role).toMatchObject({ type: "follower", leader: b });
        expect(pair.state.commit).toBe(Math.max(commit, pair.committed));
        const held = entries(pair.leads).slice(pair.setup.log.firstIndex - 1);
        expect(contentOf(pair.setup.log).slice(0, held.length)).toEqual(held);
        if (damaged && pair.state.horizon === undefined) seen.repaired += 1;
      }),
      { seed: 5, numRuns: 1500 },
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(50);
  });

  test("whatever a log's own leader may send is accepted, whatever the follower held", () => {
    fc.assert(
      fc.property(anyLogs, fc.nat({ max: 11 }), ({ leads, follows }, at) => {
        const setup = env({ log: follows });
        const prev = Math.min(at, leads.length);
        const message = appendEntries(TERM, {
          after: [prev, leads[prev - 1] ?? 0],
          entries: entries(leads.slice(prev), prev + 1),
        });
        const { effects } = step(setup, restore(hardState(8), setup.log), from(b, message));
        performOn(setup.log, effects);
        const agreed = env({ log: follows }).log.termAt(index(prev)) === (leads[prev - 1] ?? 0);
        expect(effects.at(-1)).toMatchObject({
          message: { type: agreed ? "appendAccepted" : "appendRejected" },
        });
        const kept = agreed ? entries(leads) : entries(follows);
        expect(contentOf(setup.log).slice(0, kept.length)).toEqual(kept);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
