/**
 * Repair of damaged logs without a leader (Alagappan et al., "Protocol-Aware Recovery for Consensus-Based Storage", FAST
 * '18): a server takes lost entries from any server that holds them, and only entries that certainly were in its log.
 */
import {
  index,
  MemoryLog,
  step,
  term,
  type Fetched,
  type FetchRequest,
  type LogCopy,
  type Message,
  type State,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendLog,
  b,
  c,
  d,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  requestVote,
  resetElectionTimer,
  send,
  type Command,
  type TestEnv,
} from "./support/core.ts";
import { logRepaired, position, snapshot } from "./support/snapshots.ts";

type At = readonly [number, number];

/** What is intact of a log: pieces by their first index and terms, and known positions, the last of which is its end. */
function copyOf(
  pieces: Readonly<Record<number, readonly number[]>>,
  ...marks: readonly At[]
): LogCopy<Command> {
  return {
    pieces: Object.entries(pieces).map(([first, terms]) => {
      const base = position([Number(first) - 1, 0]);
      return new MemoryLog((command) => command.length, entries(terms, Number(first)), base);
    }),
    marks: marks.map(position),
  };
}

function salvaging(log: readonly number[], ...logs: readonly LogCopy<Command>[]): TestEnv {
  return { ...env({ log }), salvage: { logs, snapshots: [] } };
}

const request = (after: At, ...known: readonly At[]): FetchRequest => ({
  type: "fetchRequest",
  term: term(3),
  after: position(after),
  known: known.map(position),
});
const reply = (after: number, answer: Fetched<Command>): Message<Command> => ({
  type: "fetchReply",
  term: term(3),
  after: index(after),
  answer,
});
const given = (
  first: number,
  prevTerm: number | undefined,
  terms: readonly number[],
): Fetched<Command> => ({
  type: "entries",
  prevTerm: prevTerm === undefined ? undefined : term(prevTerm),
  entries: entries(terms, first),
});
const lack = (why: "damaged" | "absent" | "unproven"): Fetched<Command> => ({ type: "lack", why });

/** It promised entries up to 6 of term 2, and has only the first two left, of term 1. */
const horizon = position([6, 2]);
const damaged = (with_: Parameters<typeof follower>[0] = {}): State =>
  follower({ term: 3, durable: 2, horizon, ...with_ });
const setup = env({ log: [1, 1] });
const hasten = { type: "hastenElectionTimer" } as const;

describe("a server that lacks entries asks while it hears no leader", () => {
  test("with everything that it knows of its lost log", () => {
    const salvage = copyOf({ 1: [1, 1], 4: [1, 2] }, [3, 1], [6, 2]);
    const asked = request([2, 1], [4, 1], [6, 2]);
    expect(step(salvaging([1, 1], salvage), damaged(), electionTimeout)).toEqual({
      state: damaged(),
      effects: [resetElectionTimer, send(b, asked), send(c, asked)],
    });
  });

  test("it first takes what it salvaged itself, if its log is certainly the beginning of the lost one", () => {
    const salvage = copyOf({ 1: [1, 1, 1], 5: [2, 2] }, [4, 2], [6, 2]);
    const asked = request([3, 1], [6, 2]);
    expect(step(salvaging([1, 1], salvage), damaged(), electionTimeout)).toEqual({
      state: damaged({ repair: { proven: index(3) } }),
      effects: [resetElectionTimer, appendLog(...entries([1], 3)), send(b, asked), send(c, asked)],
    });
  });

  test("a log that may have been cut in the lost part is not continued with what was salvaged", () => {
    const salvage = copyOf({ 3: [2, 2, 2, 2] }, [6, 2]);
    const { effects } = step(salvaging([1, 1], salvage), damaged(), electionTimeout);
    expect(effects.map(({ type }) => type)).toEqual(["resetElectionTimer", "send", "send"]);
  });

  test("a server that it does not know as a member, when that one asks for a vote", () => {
    const asked = from(d, requestVote(4, { lastIndex: 9, lastTerm: 3 }));
    const { effects } = step(setup, damaged(), asked);
    expect(effects.at(-1)).toEqual(send(d, { ...request([2, 1], [6, 2]), term: term(4) }));
  });
});

describe("any server answers with entries that were certainly in that log", () => {
  const answer = (at: TestEnv, asked: FetchRequest, state = follower({ term: 3 })) =>
    step(at, state, from(b, asked)).effects;

  test.each<[string, readonly number[], FetchRequest, Fetched<Command>]>([
    ["its log goes as far", [1, 1, 1, 2, 2, 2], request([2, 1], [6, 2]), given(3, 1, [1, 2, 2, 2])],
    [
      "its log goes further",
      [1, 1, 1, 2, 2, 2, 2],
      request([2, 1], [6, 2]),
      given(3, 1, [1, 2, 2, 2]),
    ],
    [
      "its log ends earlier in the last term",
      [1, 1, 1, 2],
      request([2, 1], [6, 2]),
      given(3, 1, [1, 2]),
    ],
    [
      "it differs after a term that both have",
      [1, 1, 1, 3],
      request([2, 1], [4, 1], [6, 2]),
      given(3, 1, [1]),
    ],
    [
      "it has the entry, and another before it",
      [1, 2, 2, 2],
      request([2, 1], [6, 2]),
      given(3, 2, [2, 2]),
    ],
    [
      "nothing shows that its entry is the lost one",
      [1, 1, 1],
      request([2, 1], [6, 2]),
      lack("unproven"),
    ],
    [
      "it has an entry of a later term in its place",
      [1, 1, 3],
      request([2, 1], [6, 2]),
      lack("absent"),
    ],
    ["its log never went so far", [1, 1], request([2, 1], [6, 2]), lack("absent")],
  ])("%s", (_title, log, asked, answered) => {
    expect(answer(env({ log }), asked)).toEqual([send(b, reply(asked.after.index, answered))]);
  });

  test("from what it salvaged, also when it has lost the entry before", () => {
    const salvage = copyOf({ 1: [1], 3: [1, 2] }, [2, 1], [6, 2]);
    expect(answer(salvaging([1], salvage), request([2, 1], [6, 2]))).toEqual([
      send(b, reply(2, given(3, undefined, [1, 2]))),
    ]);
  });

  test("it has lost them itself", () => {
    const state = follower({ term: 3, horizon: position([6, 2]) });
    expect(answer(env({ log: [1] }), request([2, 1], [6, 2]), state)).toEqual([
      send(b, reply(2, lack("damaged"))),
    ]);
  });

  test("it has compacted them: its snapshot, or all damaged ones that cover them", () => {
    const newest = snapshot([4, 2]);
    const state = follower({ term: 3, commit: 4, snapshot: newest });
    const compacted = env();
    compacted.log.reset(position([4, 2]));
    expect(answer(compacted, request([2, 1], [6, 2]), state)).toEqual([
      send(b, reply(2, { type: "snapshot", snapshot: newest, intact: true })),
    ]);
    const older = snapshot([3, 2]);
    const salvage = { logs: [], snapshots: [newest, older, snapshot([2, 1])] };
    expect(answer({ ...env(), salvage }, request([2, 1], [6, 2]))).toEqual([
      send(b, reply(2, { type: "snapshot", snapshot: newest, intact: false })),
      send(b, reply(2, { type: "snapshot", snapshot: older, intact: false })),
    ]);
  });
});

describe("it takes entries that continue its log", () => {
  test("up to the end of the lost log: it is whole, and stands for election soon", () => {
    const after = step(setup, damaged(), from(b, reply(2, given(3, 1, [1, 2, 2, 2]))));
    expect(after).toEqual({
      state: follower({ term: 3, durable: 2 }),
      effects: [resetElectionTimer, appendLog(...entries([1, 2, 2, 2], 3)), logRepaired, hasten],
    });
  });

  test("up to a hole of the other server: it asks that one for more", () => {
    const after = step(setup, damaged(), from(b, reply(2, given(3, 1, [1]))));
    expect(after).toEqual({
      state: damaged({ repair: { proven: index(3) } }),
      effects: [
        resetElectionTimer,
        appendLog(...entries([1], 3)),
        send(b, request([3, 1], [6, 2])),
      ],
    });
  });

  test("and after them what it salvaged itself", () => {
    const salvage = copyOf({ 1: [1, 1], 4: [2, 2, 2] }, [3, 1], [6, 2]);
    const after = step(salvaging([1, 1], salvage), damaged(), from(b, reply(2, given(3, 1, [1]))));
    expect(after).toEqual({
      state: follower({ term: 3, durable: 2 }),
      effects: [resetElectionTimer, appendLog(...entries([1, 2, 2, 2], 3)), logRepaired, hasten],
    });
  });

  test.each<[string, Message<Command>, State]>([
    ["another entry came before them", reply(2, given(3, 2, [2])), damaged()],
    ["nothing shows which entry came before them", reply(2, given(3, undefined, [2])), damaged()],
  ])("not when %s", (_title, message, state) => {
    expect(step(setup, state, from(b, message))).toEqual({
      state: damaged({ repair: { answers: { [b]: "unproven" } } }),
      effects: [],
    });
  });

  test.each<[string, Message<Command>, State]>([
    ["they answer an older request", reply(1, given(2, 1, [1])), damaged()],
    ["a leader is heard", reply(2, given(3, 1, [1])), damaged({ leader: c })],
    ["the log is whole", reply(2, given(3, 1, [1])), follower({ term: 3, durable: 2 })],
  ])("nothing happens when %s", (_title, message, state) => {
    expect(step(setup, state, from(b, message))).toEqual({ state, effects: [] });
  });

  test("what the others lack is known until all are asked again", () => {
    const noted = step(setup, damaged(), from(b, reply(2, lack("damaged")))).state;
    expect(noted).toEqual(damaged({ repair: { answers: { [b]: "damaged" } } }));
    expect(step(setup, noted, electionTimeout).state).toEqual(damaged());
  });
});

describe("a snapshot in place of compacted entries is fetched part by part", () => {
  const whole = { ...snapshot([4, 2]), size: 10 };
  const offer = (intact: boolean) => reply(2, { type: "snapshot", snapshot: whole, intact });
  const fetching = (received: number, without: readonly (typeof a)[] = []): State => {
    const state = damaged({ repair: { without } });
    if (state.role.type !== "follower") throw new Error("it is a follower");
    return { ...state, role: { ...state.role, receiving: { snapshot: whole, received } } };
  };
  const fetch = (offset: number) =>
    ({ type: "fetchChunk", term: term(3), snapshot: whole, offset }) as const;
  const part = (offset: number, bytes: readonly number[]) =>
    ({
      type: "fetchedChunk",
      term: term(3),
      snapshot: whole,
      offset,
      bytes: Uint8Array.from(bytes),
    }) as const;

  test("from the server that offers it", () => {
    expect(step(setup, damaged(), from(b, offer(false)))).toEqual({
      state: fetching(0),
      effects: [send(b, fetch(0))],
    });
  });

  test("a part is saved, and the next one is asked for", () => {
    const { bytes } = part(0, [1, 2, 3, 4]);
    expect(step(setup, fetching(0, [c]), from(b, part(0, [1, 2, 3, 4])))).toEqual({
      state: fetching(4),
      effects: [
        resetElectionTimer,
        { type: "saveChunk", snapshot: whole, offset: 0, bytes },
        send(b, fetch(4)),
      ],
    });
  });

  test("after the last part nothing more is asked for", () => {
    const { effects } = step(setup, fetching(8), from(b, part(8, [1, 2])));
    expect(effects.map(({ type }) => type)).toEqual(["resetElectionTimer", "saveChunk"]);
  });

  test("a server that does not have a part is passed over: then this server's own disk, then the others", () => {
    const own = { type: "sendFetched", to: a, uid: 0, term: term(3), snapshot: whole, offset: 4 };
    expect(step(setup, fetching(4), from(b, part(4, [])))).toEqual({
      state: fetching(4, [b]),
      effects: [own],
    });
    expect(step(setup, fetching(4, [b]), from(a, part(4, [])))).toEqual({
      state: fetching(4, [b, a]),
      effects: [send(c, fetch(4))],
    });
    expect(step(setup, fetching(4, [b, a]), from(c, part(4, [])))).toEqual({
      state: fetching(4, [b, a, c]),
      effects: [],
    });
  });

  test("an intact one takes the place of a damaged one", () => {
    const other = { ...snapshot([5, 2]), size: 7 };
    const better = reply(2, { type: "snapshot", snapshot: other, intact: true });
    const { state } = step(setup, fetching(4), from(c, better));
    expect(state.role).toMatchObject({ receiving: { snapshot: other, received: 0 } });
  });

  test("one that cannot be put together is passed over for another, until all were tried", () => {
    const other = { ...snapshot([5, 2]), size: 7 };
    const otherOffer = reply(2, { type: "snapshot", snapshot: other, intact: false });
    const asked = step(setup, fetching(4, [b, a, c]), electionTimeout).state;
    expect(asked).toEqual(damaged({ repair: { tried: [whole] } }));
    expect(step(setup, asked, from(b, offer(false)))).toEqual({ state: asked, effects: [] });
    const next = step(setup, asked, from(c, otherOffer)).state;
    expect(next.role).toMatchObject({ receiving: { snapshot: other, received: 0 } });
    const both = step(setup, next, electionTimeout).state;
    expect(both).toEqual(damaged({ repair: { tried: [whole, other] } }));
    expect(step(setup, both, from(b, offer(true))).state.role).toMatchObject({
      receiving: { snapshot: whole },
    });
    expect(step(setup, both, electionTimeout).state).toEqual(damaged());
  });

  test.each<[string, Message<Command>, State]>([
    ["a part that was not asked for", part(0, [1]), fetching(4)],
    ["a part beyond the end", part(8, [1, 2, 3]), fetching(8)],
    ["once a leader is heard", part(4, [1]), { ...fetching(4), role: damaged({ leader: c }).role }],
  ])("nothing happens with %s", (_title, message, state) => {
    expect(step(setup, state, from(b, message))).toEqual({ state, effects: [] });
  });

  test("installed, it is continued with the lost log, or repairs it if it goes as far", () => {
    const received = { type: "snapshotReceived", snapshot: whole } as const;
    const after = step(setup, fetching(10), received);
    expect(after.state.horizon).toEqual(horizon);
    expect(after.effects).toEqual([{ type: "installSnapshot", snapshot: whole }, hasten]);
    const late = { ...whole, ...position([9, 3]) };
    const state = fetching(10);
    if (state.role.type !== "follower") throw new Error("it is a follower");
    const fetchingLate = {
      ...state,
      role: { ...state.role, receiving: { snapshot: late, received: 10 } },
    };
    const done = step(setup, fetchingLate, { type: "snapshotReceived", snapshot: late });
    expect(done.state.horizon).toBe(undefined);
    expect(done.effects).toEqual([
      { type: "installSnapshot", snapshot: late },
      hasten,
      logRepaired,
    ]);
  });
});
