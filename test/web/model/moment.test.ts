import {
  after,
  differencesBetween,
  firstMoment,
  lastIndex,
  patched,
  summaryOf,
  type Moment,
} from "@kontiki/web/model";
import type { RecordedEvent } from "@kontiki/cli/recording";
import { describe, expect, test } from "vitest";
import { step } from "../support/recorded.ts";

function play(...events: readonly RecordedEvent[]): Moment {
  return events.reduce(after, firstMoment(["n1", "n2"]));
}

describe("a patch", () => {
  test("changes fields, removes those that are null, and leaves the others", () => {
    const value = {
      term: 1,
      votedFor: "n1",
      role: { type: "leader", progress: { n2: { match: 1 } } },
    };
    const patch = { term: 2, votedFor: null, role: { progress: { n2: { match: 5 } } } };
    expect(patched(value, patch)).toEqual({
      term: 2,
      role: { type: "leader", progress: { n2: { match: 5 } } },
    });
  });

  test("with a type replaces a value of another type", () => {
    const value = { role: { type: "leader", progress: { n2: { match: 1 } } } };
    expect(patched(value, { role: { type: "follower", leader: "n2" } })).toEqual({
      role: { type: "follower", leader: "n2" },
    });
  });
});

describe("a log", () => {
  test("is cut off after an index, then appended to, then compacted", () => {
    const { nodes } = play(
      step(1, "n1", {
        log: {
          append: [
            [1, "n", "no-op"],
            [1, "c", "put a 1"],
            [1, "c", "put b 1"],
          ],
        },
      }),
      step(2, "n1", {
        log: {
          after: 1,
          append: [
            [2, "c", "put a 2"],
            [2, "c", "put b 2"],
          ],
        },
      }),
      step(3, "n1", { log: { compact: 2 } }),
    );
    expect(nodes["n1"]?.log).toEqual({ baseIndex: 2, baseTerm: 2, cells: [[2, "c", "put b 2"]] });
  });

  test("is another one after the snapshot of a leader", () => {
    const { nodes } = play(
      step(1, "n1", { log: { append: [[1, "n", "no-op"]] } }),
      step(2, "n1", { log: { base: [9, 3] } }),
    );
    const log = nodes["n1"]?.log;
    expect(log).toEqual({ baseIndex: 9, baseTerm: 3, cells: [] });
    expect(log && lastIndex(log)).toBe(9);
  });
});

test("a node that was not there before appears when it starts", () => {
  const { nodes } = play(step(1, "n4", { life: "up", state: { term: 3 } }));
  expect(Object.keys(nodes)).toEqual(["n1", "n2", "n4"]);
  expect(nodes["n4"]).toMatchObject({ life: "up", state: { term: 3 } });
});

test("faults are in force from their beginning to their end", () => {
  const fault = { id: 7, name: "partition", nodes: ["n1"] } as const;
  const at = (phase: "began" | "ended" | "skipped"): RecordedEvent => ({
    at: 1,
    type: "fault",
    node: "",
    text: "",
    fault: { ...fault, phase },
    cuts: phase === "began" ? ["n1>n2"] : [],
  });
  expect(play(at("began"))).toMatchObject({ cuts: ["n1>n2"], faults: { 7: fault } });
  expect(play(at("began"), at("ended"))).toMatchObject({ cuts: [], faults: {} });
  expect(play(at("skipped")).faults).toEqual({});
});

test("a summary tells what is known, and that nothing else is", () => {
  const state = { term: 4, votedFor: "n2", commit: 3, role: { type: "candidate", votes: ["n1"] } };
  const node = play(step(1, "n1", { state })).nodes["n1"];
  expect(node && summaryOf(node)).toEqual({
    role: "candidate",
    term: 4,
    votedFor: "n2",
    votes: ["n1"],
    leader: undefined,
    commit: 3,
    durable: undefined,
    snapshot: 0,
    horizon: 0,
  });
});

test("two moments differ in the values of their nodes", () => {
  const before = play(
    step(1, "n1", { life: "up", state: { term: 1, role: { type: "follower" } } }),
  );
  const now = after(before, {
    ...step(2, "n1", { state: { term: 2 }, log: { append: [[2, "n", "no-op"]] }, applied: 0 }),
    cuts: ["n1>n2"],
  });
  expect(differencesBetween(before, now)).toEqual([
    { node: "n1", path: "term", before: "1", after: "2" },
    { node: "n1", path: "log", before: "empty", after: "1 in term 2 (last 1)" },
    { node: "n1", path: "applied", before: "", after: "0" },
    { node: "", path: "cut links", before: "", after: "n1>n2" },
  ]);
});
