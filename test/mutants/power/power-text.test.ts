import { describe, expect, test } from "vitest";
import type { Kind } from "../planted.ts";
import type { Trial } from "./engines.ts";
import { powerPage } from "./power-page.ts";
import { aligned, counted, rowsByKind, rowsOfMutants, survivorLines } from "./power-text.ts";
import type { Pursued } from "./pursue.ts";
import { readExploration, readRuns } from "./read-output.ts";

function pursued(id: string, kind: Kind, trials: readonly Trial[]): Pursued {
  return {
    planted: { id, kind, about: "Goes wrong.", edits: [] },
    type: "pursued",
    trials,
  };
}

function trial(engine: Trial["engine"], count: number, ms: number, check?: string): Trial {
  const caught = check === undefined ? undefined : { check, text: "text" };
  return { engine, firstSeed: 1, caught, count, ms };
}

const ALL: readonly Pursued[] = [
  pursued("one", "bound", [
    trial("explorer", 1200, 500, "step"),
    trial("blind", 1, 1500, "liveness"),
  ]),
  pursued("two", "bound", [trial("explorer", 9, 4000), trial("blind", 5, 2500, "commit")]),
  pursued("three", "order", [trial("explorer", 9, 4000), trial("blind", 9, 60_000)]),
  { ...pursued("four", "order", []), type: "set aside", why: "breaks at once" },
];

describe("a sample as text", () => {
  test("has a row for each kind, with the medians of what was caught", () => {
    const rows = rowsByKind(counted(ALL), ["explorer", "blind"]);
    expect(aligned(rows).split("\n")).toEqual([
      "kind   mutants  explorer  took                 blind  took           survived",
      "bound  2        1         1,200 states, 0.5 s  2      1 seed, 1.5 s  0",
      "order  1        0                              0                     1",
      "all    3        1         1,200 states, 0.5 s  2      1 seed, 1.5 s  1",
    ]);
  });

  test("has a row for each catch, and a line for each survivor", () => {
    expect(rowsOfMutants(counted(ALL))).toEqual([
      ["mutant", "engine", "check", "took", "time"],
      ["one", "explorer", "step", "1,200 states", "0.5 s"],
      ["one", "blind", "liveness", "1 seed", "1.5 s"],
      ["two", "blind", "commit", "5 seeds", "2.5 s"],
      ["three", "SURVIVED", "", "", ""],
    ]);
    expect(survivorLines(counted(ALL))).toEqual([
      "- `three`: Goes wrong. This is not looked into yet.",
    ]);
    const known = pursued("obituaries-ignored", "order", [trial("blind", 9, 60_000)]);
    expect(survivorLines(counted([known]))[0]).toMatch(
      /^- `obituaries-ignored`: Goes wrong\. This is a loss of speed alone\. It costs /,
    );
  });

  test("is a page that tells how many were set aside", () => {
    const page = powerPage(ALL, {
      seed: "7",
      seconds: 60,
      engines: ["explorer", "blind"],
      population: 4000,
      machine: "on one core",
    });
    expect(page).toContain("--sample 3 --seed 7 --time 60");
    expect(page.replaceAll("\n", " ")).toMatch(
      /: 0 and 1 in this sample\. .* 2 of 3 are caught\. This sample is small/,
    );
  });
});

describe("what a command printed", () => {
  test("runs: the first finding, and all runs", () => {
    const finding = { check: "commit", text: "n1 loses entry 3" };
    const out = JSON.stringify({
      scenarios: [
        { scenario: "kill", runs: 3, findings: [] },
        { scenario: "swarm", runs: 2, findings: [finding] },
      ],
    });
    expect(readRuns(out)).toEqual({
      caught: { check: "commit", text: "swarm: n1 loses entry 3" },
      count: 5,
    });
  });

  test.each([
    ["exhausted", null, [], undefined],
    [
      "exhausted",
      null,
      ["a leader is elected"],
      { check: "never met", text: "a leader is elected" },
    ],
    ["stopped", null, ["a leader is elected"], undefined],
    [
      "violated",
      { text: "Election Safety: n1 and n2" },
      [],
      { check: "Election Safety", text: "Election Safety: n1 and n2" },
    ],
    ["violated", { text: "n1 lost" }, [], { check: "step", text: "n1 lost" }],
  ])(
    "an exploration that is %s, with violation %j and never %j",
    (ended, violation, never, caught) => {
      const out = JSON.stringify({ ended, states: 7, never, violation });
      expect(readExploration(out)).toEqual({ caught, count: 7 });
    },
  );
});
