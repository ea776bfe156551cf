/** One server that receives anything in any order, including what no server of its cluster would send. */
import {
  AssertionError,
  checkState,
  checkStep,
  hardStateOf,
  index,
  restore,
  sameHardState,
  sameSnapshot,
  step,
  term,
  type Effect,
  type Event,
  type Message,
  type Snapshot,
  type State,
} from "@kontiki/core";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyLog, anyMeant, anyMembership, anyUid, CROWNING, meet } from "./support/events.ts";
import {
  a,
  b,
  c,
  d,
  entries,
  env,
  hardState,
  logOf,
  membershipEntry,
  performOn,
  snapshotOf,
  type Command,
  type TestEnv,
} from "./support/core.ts";

const anyRun = fc.record({
  voters: fc.constantFrom([a], [a, b], [a, b, c], [a, b, c], [a, b, c], [a, b, c, d], [b, c]),
  uid: anyUid,
  terms: anyLog,
  /** The entry, modulo the log's length, that changes the membership. */
  changedAt: fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 1 }),
  membership: anyMembership,
  /** How much of the log a snapshot covers, and how much of that is compacted; modulo how much there is. */
  snapshotAt: fc.nat({ max: 6 }),
  compacted: fc.nat({ max: 6 }),
  damaged: fc.constantFrom(true, false, false, false),
  ahead: fc.nat({ max: 2 }),
  votedFor: fc.constantFrom(undefined, a, b),
  limits: fc.record({
    noop: fc.boolean(),
    preVote: fc.boolean(),
    quorumBeats: fc.nat({ max: 2 }),
    leases: fc.boolean(),
    maxAppendBytes: fc.integer({ min: 1, max: 9 }),
    maxInflight: fc.integer({ min: 1, max: 3 }),
    keptEntries: fc.nat({ max: 2 }),
  }),
  crowned: fc.boolean(),
  events: fc.array(anyMeant, { maxLength: 40, size: "max" }),
});
type Run = typeof anyRun extends fc.Arbitrary<infer T> ? T : never;

/** Freezes an object and everything in it, so that a handler that writes to it throws. */
function freeze<T>(value: T): T {
  const holdsParts = typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
  if (holdsParts && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

/** The chunks of a snapshot that a server has saved, as its disk sees them. */
type Saved = { readonly snapshot: Snapshot; readonly bytes: number } | undefined;

/** What must hold for the effects of any step, and does not for these. */
function checkEffects(
  event: Event<Command>,
  before: State,
  after: State,
  effects: readonly Effect<Command>[],
): readonly string[] {
  const found: string[] = [];
  const places = (type: Effect<Command>["type"]) =>
    effects.flatMap((effect, at) => (effect.type === type ? [at] : []));

  const saved = sameHardState(before, after) ? [] : [0];
  if (!isDeepStrictEqual(places("saveHardState"), saved)) {
    found.push(
      "a changed term or vote is not saved exactly once and first, or an unchanged one is saved",
    );
  }
  const reported = places("commit").length + places("installSnapshot").length;
  if (reported !== (after.commit > before.commit ? 1 : 0)) {
    found.push("a newly committed index is not reported exactly once");
  }
  const [cut = -1, append = effects.length] = [places("truncateLog")[0], places("appendLog")[0]];
  if (cut > append) found.push("the log grows before it is truncated");

  for (const effect of effects) {
    if (effect.type === "saveHardState" && !sameHardState(effect.hard, hardStateOf(after))) {
      found.push("the saved hard state is not the server's");
    }
    if (effect.type === "commit" && effect.upTo !== after.commit) {
      found.push("the reported commit index is not the server's");
    }
    if (effect.type === "sendChunk") {
      if (effect.to === a) found.push("a server sends to itself");
      if (effect.offset >= effect.snapshot.size && effect.snapshot.size > 0)
        found.push("a snapshot chunk does not begin inside the snapshot");
    }
    if (effect.type !== "send") continue;
    if (effect.to === a) found.push("a server sends to itself");
    if (effect.message.term !== termOf(effect.message, event, after))
      found.push("a message does not carry its sender's term");
  }
  return found;
}

/** The term a message must carry: its sender's, except where it is about a term not yet begun, or about another's. */
function termOf(message: Message<Command>, event: Event<Command>, { term: own }: State): number {
  const asked = event.type === "message" ? event.message.term : own;
  if (message.type === "requestPreVote") return own + 1;
  if (message.type === "rejoin") return asked;
  return message.type === "preVoteReply" && message.granted ? asked : own;
}

/** The saved chunks after the effects. @throws when one of them does not continue those before. */
function saveParts(saved: Saved, effects: readonly Effect<Command>[]): Saved {
  return effects.reduce((before, effect) => {
    if (effect.type !== "saveChunk") return before;
    const { snapshot, offset, bytes } = effect;
    const known = before !== undefined && sameSnapshot(before.snapshot, snapshot);
    if (offset !== 0 && !(known && before.bytes === offset))
      throw new Error("a snapshot chunk does not continue what was saved");
    if (bytes.length === 0 || offset + bytes.length > snapshot.size)
      throw new Error("a snapshot chunk is not part of its snapshot");
    return { snapshot, bytes: offset + bytes.length };
  }, saved);
}

/** Whether a server waits for an election or, leading, for its next heartbeat. */
function timerAfter(timer: string, effects: readonly Effect<Command>[]): string {
  return effects.reduce((was, { type }) => {
    if (type === "resetElectionTimer" || type === "hastenElectionTimer") return "election";
    return type === "resetHeartbeatTimer" ? "heartbeat" : was;
  }, timer);
}

/** The server that a run begins with. */
function begin(run: Run): { readonly setup: TestEnv; readonly state: State } {
  const { voters, uid, terms, changedAt, membership, snapshotAt, compacted, limits } = run;
  const content = entries(terms).map((each, at) =>
    changedAt !== undefined && at === changedAt % terms.length
      ? membershipEntry(at + 1, each.term, membership)
      : each,
  );
  const held = logOf(content);
  const end = snapshotAt % (terms.length + 1);
  const snapshot = end === 0 ? undefined : snapshotOf(end, terms[end - 1] ?? 0, { membership });
  const base = end === 0 ? 0 : compacted % (end + 1);
  if (base > 0) held.compact(index(base));
  const leases = limits.leases && limits.quorumBeats > 0;
  const setup = { config: env({ voters, uid, ...limits, leases }).config, log: held };
  const hard = hardState((terms.at(-1) ?? 0) + run.ahead, run.votedFor);
  const horizon = run.damaged ? { index: index(3), term: term(3) } : undefined;
  return { setup, state: restore(hard, held, { snapshot, horizon, leases }) };
}

function live(run: Run, seen: Set<string>): void {
  const { setup, ...begun } = begin(run);
  let state = freeze(begun.state);
  let timer = "election";
  let saved: Saved;
  const coming = run.crowned ? [...CROWNING, ...run.events] : [...run.events];
  for (let meant = coming.shift(); meant !== undefined; meant = coming.shift()) {
    const before = { env: { config: setup.config, log: setup.log.snapshot() }, state };
    const given = freeze(meet(setup, state, meant));
    let next;
    try {
      next = step(setup, state, given);
    } catch (error) {
      expect(error).toBeInstanceOf(AssertionError);
      expect(setup.log).toEqual(before.env.log);
      seen.add("died");
      return;
    }
    const again = step(before.env, state, given);
    const found = isDeepStrictEqual(again, next)
      ? []
      : ["the same event led to a different result"];
    found.push(...checkEffects(given, state, next.state, next.effects));
    performOn(setup.log, next.effects);
    saved = saveParts(saved, next.effects);
    if (saved !== undefined && saved.bytes === saved.snapshot.size) {
      const { snapshot } = saved;
      coming.unshift({ event: { type: "snapshotReceived", snapshot }, near: false });
      saved = undefined;
    }
    state = freeze(next.state);
    timer = timerAfter(timer, next.effects);
    const waitsFor = state.role.type === "leader" ? "heartbeat" : "election";
    if (timer !== waitsFor) found.push(`a ${state.role.type} does not wait for its ${waitsFor}`);
    const after = { env: setup, state };
    found.push(...checkState(after), ...checkStep(before, after));
    if (found.length > 0) throw new Error(found.join("\n"));
    seen.add(state.role.type);
    for (const { type } of next.effects) seen.add(type);
  }
}

describe("no event breaks a server or its invariants", { timeout: 120_000 }, () => {
  test("a fixed seed that has met every role, every effect and a death", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyRun, (run) => live(run, seen)),
      { seed: 1, numRuns: 2000 },
    );
    expect([...seen].toSorted()).toEqual([
      "appendLog",
      "candidate",
      "changeTaken",
      "commit",
      "compactLog",
      "died",
      "follower",
      "hastenElectionTimer",
      "installSnapshot",
      "leader",
      "logRepaired",
      "preCandidate",
      "proposed",
      "readReady",
      "rejectChange",
      "rejectProposal",
      "rejectRead",
      "resetElectionTimer",
      "resetHeartbeatTimer",
      "saveChunk",
      "saveHardState",
      "send",
      "sendChunk",
      "transferEnded",
      "truncateLog",
    ]);
  });

  test("any seed", () => {
    fc.assert(
      fc.property(anyRun, (run) => live(run, new Set())),
      { numRuns: 500 },
    );
  });
});
