import {
  AssertionError,
  CONFIG_DEFAULTS,
  type Entry,
  index,
  indexAfter,
  isNodeId,
  lastPosition,
  leaderOf,
  makeConfig,
  majority,
  maxIndex,
  MemoryLog,
  minIndex,
  nextTerm,
  nodeId,
  peersOf,
  previousIndex,
  sameHardState,
  term,
} from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  b,
  c,
  candidate,
  contentOf,
  d,
  entries,
  entry,
  env,
  follower,
  hardState,
  leader,
  log,
  logOf,
  noop,
} from "./support/core.ts";

describe("ids", () => {
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "%d is not a term and not an index",
    (value) => {
      expect(() => term(value)).toThrow(AssertionError);
      expect(() => index(value)).toThrow(AssertionError);
    },
  );

  test("arithmetic stays in range", () => {
    expect(nextTerm(term(1))).toBe(2);
    expect(indexAfter(index(1))).toBe(2);
    expect(indexAfter(index(1), 3)).toBe(4);
    expect(previousIndex(index(1))).toBe(0);
    expect([minIndex(index(1), index(2)), maxIndex(index(1), index(2))]).toEqual([1, 2]);
    expect(() => previousIndex(index(0))).toThrow(AssertionError);
    expect(() => nextTerm(term(2 ** 53 - 1))).toThrow(AssertionError);
    expect(() => indexAfter(index(2 ** 53 - 1))).toThrow(AssertionError);
  });

  test.each(["a", "node-1", "a".repeat(64)])("%s is a valid node id", (name) => {
    expect(isNodeId(name)).toBe(true);
    expect(nodeId(name)).toBe(name);
  });

  test.each(["", "1", "-a", "A", "a b", "a.b", "a\n", "__proto__", "a".repeat(65)])(
    "%j is not a valid node id",
    (name) => {
      expect(isNodeId(name)).toBe(false);
      expect(() => nodeId(name)).toThrow(AssertionError);
    },
  );

  test("a value that is not a string is not a node id", () => {
    for (const value of [undefined, null, 1, {}, ["a"]]) expect(isNodeId(value)).toBe(false);
  });
});

describe("config", () => {
  test("has defaults", () => {
    expect(makeConfig({ id: a, voters: [a] })).toEqual({ id: a, voters: [a], ...CONFIG_DEFAULTS });
  });

  test.each([
    ["voters", { voters: [] }],
    ["voters", { voters: [a, b, a] }],
    ["maxAppendBytes", { maxAppendBytes: 0 }],
    ["maxAppendBytes", { maxAppendBytes: 0.5 }],
    ["maxInflight", { maxInflight: 0 }],
    ["maxInflight", { maxInflight: Number.NaN }],
    ["maxInflightBytes", { maxInflightBytes: 0 }],
    ["uid", { uid: -1 }],
    ["quorumBeats", { quorumBeats: 0.5 }],
    ["maxUncommittedBytes", { maxUncommittedBytes: 0 }],
    ["keptEntries", { keptEntries: -1 }],
  ])("names the invalid field: %s", (field, fields) => {
    expect(() => makeConfig({ id: a, voters: [a, b, c], ...fields })).toThrow(field);
  });

  test("a server that was added later is not among the voters that the cluster began with", () => {
    expect(makeConfig({ id: d, voters: [a, b, c] }).voters).toEqual([a, b, c]);
  });

  test("peers are the others", () => {
    expect(peersOf(env({ id: b }), follower())).toEqual([a, c]);
    expect(peersOf(env({ id: d }), follower())).toEqual([a, b, c]);
  });

  test("no servers have no majority", () => {
    expect(() => majority(0)).toThrow(AssertionError);
  });
});

describe("state", () => {
  test("leaderOf returns the leader if it is known", () => {
    const { config } = env();
    expect(leaderOf(config, follower({ leader: b }))).toBe(b);
    expect(leaderOf(config, follower())).toBeUndefined();
    expect(leaderOf(config, candidate())).toBeUndefined();
    expect(leaderOf(config, leader({ progress: {} }))).toBe(a);
  });

  test("the hard state is the term and the vote", () => {
    expect(sameHardState(hardState(1, a), hardState(1, a))).toBe(true);
    expect(sameHardState(hardState(1, a), hardState(2, a))).toBe(false);
    expect(sameHardState(hardState(1, a), hardState(1, b))).toBe(false);
    expect(sameHardState(hardState(1), hardState(1, b))).toBe(false);
  });
});

describe("memory log", () => {
  test("an empty log ends before its first entry", () => {
    const empty = log([]);
    expect([
      empty.firstIndex,
      empty.lastIndex,
      empty.termAt(index(0)),
      empty.termAt(index(1)),
    ]).toEqual([1, 0, 0, undefined]);
    expect(lastPosition(empty)).toEqual({ index: 0, term: 0 });
  });

  test("knows the bytes between two positions, also after a truncation", () => {
    const some = new MemoryLog<string>((command) => command.length);
    const said = (at: number, command: string): Entry<string> => ({
      type: "command",
      index: index(at),
      term: term(1),
      command,
    });
    some.append([said(1, "ahoy"), { type: "noop", index: index(2), term: term(1) }, said(3, "!")]);
    const bytes = (after: number, to: number): number => some.bytesBetween(index(after), index(to));
    expect([bytes(0, 0), bytes(0, 1), bytes(1, 2), bytes(0, 3), bytes(2, 3)]).toEqual([
      0, 4, 0, 5, 1,
    ]);
    some.truncate(index(1));
    some.append([said(2, "land")]);
    expect(bytes(0, 2)).toBe(8);
    expect(() => bytes(0, 3)).toThrow(AssertionError);
    expect(() => bytes(2, 1)).toThrow(AssertionError);
  });

  test("knows the term of each entry", () => {
    const some = log([1, 3]);
    expect([0, 1, 2, 3].map((at) => some.termAt(index(at)))).toEqual([0, 1, 3, undefined]);
    expect(lastPosition(some)).toEqual({ index: 2, term: 3 });
  });

  test.each([
    [1, 3, 9, 3],
    [1, 3, 6, 2],
    [1, 3, 5, 1],
    [1, 3, 0, 1],
    [2, 3, 3, 1],
    [2, 2, 99, 1],
  ])("a slice from %i to %i of %i bytes has %i entries", (from, to, bytes, count) => {
    expect(log([1, 1, 1]).slice(index(from), index(to), bytes)).toEqual(
      entries([1, 1, 1]).slice(from - 1, from - 1 + count),
    );
  });

  test("a no-op has no bytes", () => {
    const some = logOf([noop(1, 1), entry(2, 1), noop(3, 1), entry(4, 1)]);
    expect(some.slice(index(1), index(4), 3)).toHaveLength(3);
  });

  test.each([
    [0, 1],
    [2, 1],
    [1, 4],
  ])("a slice from %i to %i of three entries is not inside the log", (from, to) => {
    expect(() => log([1, 1, 1]).slice(index(from), index(to), 9)).toThrow(AssertionError);
  });

  test("grows and shrinks at its end only", () => {
    const some = log([1, 1]);
    const before = some.snapshot();
    some.truncate(index(1));
    some.append([entry(2, 2), entry(3, 2)]);
    expect(contentOf(some)).toEqual(entries([1, 2, 2]));
    expect(contentOf(before)).toEqual(entries([1, 1]));
    expect(() => some.append([entry(5, 2)])).toThrow(AssertionError);
    expect(() => some.truncate(index(4))).toThrow(AssertionError);
  });
});
