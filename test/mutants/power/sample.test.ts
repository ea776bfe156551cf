import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { KINDS, type Planted } from "../planted.ts";
import { EQUIVALENTS } from "./equivalents.ts";
import { GAIN } from "./gain.ts";
import { sampleOptions } from "./options.ts";
import { everything } from "./population.ts";
import { inSampleOrder } from "./sample.ts";
import { NOTES } from "./survivors.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ALL = everything(ROOT);
const IDS = new Set(ALL.map(({ id }) => id));

function planted(id: string, kind: Planted["kind"]): Planted {
  return { id, kind, about: "Goes wrong.", edits: [] };
}

describe("all mutants", () => {
  test("are of all kinds, with unique names", () => {
    expect(IDS.size).toBe(ALL.length);
    expect(KINDS.filter((kind) => ALL.every((one) => one.kind !== kind))).toEqual([]);
  });

  test("the lists of equivalents and survivors name mutants that exist, each with a reason", () => {
    expect(GAIN.filter((id) => !IDS.has(id))).toEqual([]);
    const notes = [...NOTES].map(([id, { why }]) => [id, why] as const);
    for (const [id, why] of [...EQUIVALENTS, ...notes])
      expect([id, IDS.has(id), why.length > 30]).toEqual([id, true, true]);
  });
});

describe("a sample", () => {
  test("is the same for the same seed, and another for another", () => {
    const first = (seed: string): readonly string[] =>
      inSampleOrder(ALL, seed)
        .slice(0, 40)
        .map(({ id }) => id);
    expect(first("7")).toEqual(first("7"));
    expect(first("7")).not.toEqual(first("8"));
  });

  test("begins with one of each kind", () => {
    const kinds = inSampleOrder(ALL, "7")
      .slice(0, KINDS.length)
      .map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(KINDS));
  });

  test("takes the others in the same order when one is added", () => {
    const some = ["a", "b", "c", "d"].map((id) => planted(id, "order"));
    const more = [...some, planted("e", "order")];
    expect(inSampleOrder(more, "7").filter(({ id }) => id !== "e")).toEqual(
      inSampleOrder(some, "7"),
    );
  });
});

describe("the options of a sample", () => {
  test("have defaults, and draw a seed", () => {
    const { seed, ...options } = sampleOptions(["--sample", "40"]);
    expect(seed).toMatch(/^[0-9]+$/);
    expect(options).toEqual({
      gain: false,
      sample: 40,
      trials: 1,
      kinds: [],
      only: [],
      engines: ["explorer", "blind", "guided"],
      seconds: 60,
      seeds: undefined,
      jobs: 1,
      json: false,
      write: false,
      resume: undefined,
    });
  });

  test("compare guided with blind search from several first seeds", () => {
    expect(sampleOptions(["--gain", "--resume", "results"])).toMatchObject({
      sample: undefined,
      trials: 10,
      engines: ["blind", "guided"],
      seconds: 60,
      resume: "results",
    });
    expect(sampleOptions(["--gain", "--sample", "12", "--seeds", "2"])).toMatchObject({
      sample: 12,
      seeds: 2,
      seconds: 600,
    });
  });

  test.each([
    [["--sample", "4", "--seeds", "2"], "--seeds needs --gain: time bounds a trial of a sample"],
    [["--trials", "4"], "--trials needs --gain: a sample has one trial of each engine"],
    [["--sample", "0"], "--sample must be a whole number of at least 1, not 0"],
    [["--engines", "luck"], "--engines: there is no luck; there are explorer, blind, guided"],
    [["--time", "x"], "--time must be a whole number of at least 1, not x"],
  ])("%j are rejected", (args, message) => {
    expect(() => sampleOptions(args)).toThrow(new Error(message));
  });
});
