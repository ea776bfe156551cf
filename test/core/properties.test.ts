/** One server that meets anything, in any order: what no server of its cluster would say included. */
import {
  AssertionError,
  checkState,
  checkStep,
  hardStateOf,
  index,
  restore,
  sameHardState,
  step,
  term,
  type Effect,
  type Event,
  type State,
} from "@kontiki/core";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  d,
  durable,
  e,
  electionTimeout,
  entries,
  env,
  from,
  hardState,
  heartbeatTimeout,
  log,
  propose,
  replicate,
  requestVote,
  voteReply,
  type Command,
  type TestEnv,
} from "../support/core.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Mostly small, so that they meet; sometimes as large as they may be. */
const number = (max: number) =>
  fc.oneof(
    { weight: 40, arbitrary: fc.nat({ max }) },
    { weight: 1, arbitrary: fc.constantFrom(LARGEST, LARGEST - 1) },
  );
const anyTerm = number(5);
const anyIndex = number(6);

/** Terms that never fall, as in any log. */
const anyLog = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 })
  .map((terms) => terms.toSorted((x, y) => x - y));

const anyMessage = fc.oneof(
  fc
    .record({ inTerm: anyTerm, lastIndex: anyIndex, lastTerm: anyTerm })
    .map(({ inTerm, ...last }) => requestVote(inTerm, last)),
  fc.tuple(anyTerm, fc.boolean()).map((given) => voteReply(...given)),
  fc
    .record({
      inTerm: anyTerm,
      after: fc.tuple(anyIndex, anyTerm),
      terms: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
      sorted: fc.boolean(),
      gap: fc.constantFrom(0, 0, 0, 0, 0, 1, -1),
      commit: anyIndex,
    })
    .filter(({ after: [prevIndex] }) => prevIndex < LARGEST - 9)
    .map(({ inTerm, after, terms, sorted, gap, commit }) => {
      const content = sorted ? terms.toSorted((x, y) => x - y) : terms;
      const start = Math.max(after[0] + 1 + gap, 1);
      return appendEntries(inTerm, { after, entries: entries(content, start), commit });
    }),
  fc.tuple(anyTerm, anyIndex).map((given) => appendAccepted(...given)),
  fc
    .record({
      inTerm: anyTerm,
      prevIndex: anyIndex,
      conflictIndex: anyIndex,
      conflictTerm: fc.option(anyTerm, { nil: undefined }),
    })
    .map(({ inTerm, conflictTerm, ...hint }) =>
      appendRejected(inTerm, conflictTerm === undefined ? hint : { ...hint, conflictTerm }),
    ),
);

const anyEvent: fc.Arbitrary<Event<Command>> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.constantFrom(b, b, b, c, c, d, a, e), anyMessage)
      .map(([sender, message]) => from(sender, message)),
  },
  { weight: 2, arbitrary: fc.constant(electionTimeout) },
  { weight: 1, arbitrary: fc.constant(heartbeatTimeout) },
  { weight: 2, arbitrary: fc.constant(replicate) },
  {
    weight: 2,
    arbitrary: fc.array(fc.constant("x"), { maxLength: 3 }).map((all) => propose(...all)),
  },
  { weight: 2, arbitrary: fc.tuple(anyIndex, anyTerm).map((given) => durable(...given)) },
);

/** A message that fits the state it meets is rare among arbitrary ones: here terms follow the server's. */
function atTermOf(state: State, event: Event<Command>, near: boolean): Event<Command> {
  if (!near || event.type !== "message") return event;
  return { ...event, message: { ...event.message, term: state.term } };
}

const anyRun = fc.record({
  voters: fc.constantFrom([a], [a, b], [a, b, c], [a, b, c, d]),
  terms: anyLog,
  ahead: fc.nat({ max: 2 }),
  votedFor: fc.constantFrom(undefined, a, b),
  limits: fc.record({
    noop: fc.boolean(),
    maxAppendBytes: fc.integer({ min: 1, max: 9 }),
    maxInflight: fc.integer({ min: 1, max: 3 }),
  }),
  events: fc.array(fc.tuple(anyEvent, fc.boolean()), { maxLength: 40 }),
});
type Run = typeof anyRun extends fc.Arbitrary<infer T> ? T : never;

/** Holds an object and all in it unchangeable, so that a handler that writes to it throws. */
function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

function performOn(of: TestEnv["log"], effects: readonly Effect<Command>[]): void {
  for (const effect of effects) {
    if (effect.type === "truncateLog") of.truncate(effect.after);
    if (effect.type === "appendLog") of.append(effect.entries);
  }
}

/** What holds of the effects of any step, and does not of these. */
function checkEffects(
  before: State,
  after: State,
  effects: readonly Effect<Command>[],
): readonly string[] {
  const found: string[] = [];
  const places = (type: Effect<Command>["type"]) =>
    effects.flatMap((effect, at) => (effect.type === type ? [at] : []));

  const saved = sameHardState(before, after) ? [] : [0];
  if (!isDeepStrictEqual(places("saveHardState"), saved)) {
    found.push("a changed term or vote is saved, once and first, and an unchanged one is not");
  }
  if (places("commit").length !== (after.commit > before.commit ? 1 : 0)) {
    found.push("what is newly committed is reported once");
  }
  const [cut = -1, append = effects.length] = [places("truncateLog")[0], places("appendLog")[0]];
  if (cut > append) found.push("the log is cut off before it grows");

  for (const effect of effects) {
    if (effect.type === "saveHardState" && !sameHardState(effect.hard, hardStateOf(after))) {
      found.push("another hard state is saved than the server has");
    }
    if (effect.type === "commit" && effect.upTo !== after.commit) {
      found.push("another commit index is reported than the server has");
    }
    if (effect.type !== "send") continue;
    if (effect.to === a) found.push("nobody sends to itself");
    if (effect.message.term !== after.term) found.push("a message carries the term of its sender");
  }
  return found;
}

/** Whether a server waits for an election or, leading, for its next heartbeat. */
function timerAfter(timer: string, effects: readonly Effect<Command>[]): string {
  return effects.reduce((was, { type }) => {
    if (type === "resetElectionTimer") return "election";
    return type === "resetHeartbeatTimer" ? "heartbeat" : was;
  }, timer);
}

function live({ voters, terms, ahead, votedFor, limits, events }: Run, seen: Set<string>): void {
  const setup = env({ voters, log: terms, ...limits });
  const hard = hardState((terms.at(-1) ?? 0) + ahead, votedFor);
  let state = freeze(restore(hard, setup.log));
  let timer = "election";
  for (const [event, near] of events) {
    const before = { env: { config: setup.config, log: setup.log.snapshot() }, state };
    const given = freeze(atTermOf(state, event, near));
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
    const found = isDeepStrictEqual(again, next) ? [] : ["the same comes to the same"];
    found.push(...checkEffects(state, next.state, next.effects));
    performOn(setup.log, next.effects);
    state = freeze(next.state);
    timer = timerAfter(timer, next.effects);
    const waitsFor = state.role.type === "leader" ? "heartbeat" : "election";
    if (timer !== waitsFor) found.push(`a ${state.role.type} waits for no ${waitsFor}`);
    const after = { env: setup, state };
    found.push(...checkState(after), ...checkStep(before, after));
    if (found.length > 0) throw new Error(found.join("\n"));
    seen.add(state.role.type);
    for (const { type } of next.effects) seen.add(type);
  }
}

describe("no event breaks a server, and none leaves it in disorder", { timeout: 30_000 }, () => {
  test("a fixed seed, that has seen every role, every effect and a death", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyRun, (run) => live(run, seen)),
      { seed: 1, numRuns: 1500 },
    );
    expect([...seen].toSorted()).toEqual([
      "appendLog",
      "candidate",
      "commit",
      "died",
      "follower",
      "leader",
      "proposed",
      "rejectProposal",
      "resetElectionTimer",
      "resetHeartbeatTimer",
      "saveHardState",
      "send",
      "truncateLog",
    ]);
  });

  test("any seed", () => {
    fc.assert(
      fc.property(anyRun, (run) => live(run, new Set())),
      { numRuns: 500 },
    );
  });

  test("all that a log's own leader may send is taken, whatever the follower held", () => {
    fc.assert(
      fc.property(anyLog, anyLog, fc.nat({ max: 6 }), (ours, theirs, at) => {
        const setup = env({ log: ours });
        const prev = Math.min(at, theirs.length);
        const message = appendEntries(9, {
          after: [prev, theirs[prev - 1] ?? 0],
          entries: entries(theirs.slice(prev), prev + 1),
          commit: 0,
        });
        const { effects } = step(setup, restore(hardState(8), setup.log), from(b, message));
        performOn(setup.log, effects);
        const answer = effects.at(-1);
        const agreed = setup.log.termAt(index(prev)) === term(theirs[prev - 1] ?? 0);
        expect(answer).toMatchObject({
          message: { type: agreed ? "appendAccepted" : "appendRejected" },
        });
        if (!agreed) expect(setup.log).toEqual(log(ours));
        for (let held = prev + 1; agreed && held <= theirs.length; held += 1) {
          expect(setup.log.termAt(index(held))).toBe(theirs[held - 1]);
        }
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
