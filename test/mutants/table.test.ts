import { expect, test } from "vitest";
import type { Outcome } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { tablePage, tableText, type Hunted } from "./table.ts";

function hunted(name: string, outcome: Outcome): Hunted {
  const mutant: Mutant = { name, about: "Goes wrong.", source: "§5.2", edits: [], hunts: [] };
  return { mutant, outcome };
}

const ALL = [
  hunted("survivor", { seeds: 1234, states: 5_000_000, ms: 60_004, caught: undefined }),
  hunted("double-vote", {
    seeds: 0,
    states: 22,
    ms: 49,
    caught: { hunt: "explore", engine: "explorer", check: "step", text: "the vote changed" },
  }),
  hunted("stale-read", {
    seeds: 1,
    states: 0,
    ms: 1250,
    caught: { hunt: "reads", engine: "simulation", check: "linearizable", text: "fits nowhere" },
  }),
];

test("a run is shown as a table, survivors last", () => {
  expect(tableText(ALL).split("\n")).toEqual([
    "mutant       caught by          check         took                           time",
    "double-vote  explorer, explore  step          22 states                      0.0 s",
    "stale-read   simulation, reads  linearizable  1 seed                         1.3 s",
    "survivor     SURVIVED                         1,234 seeds, 5,000,000 states  60.0 s",
  ]);
});

test("the page has the table and a description of each mutant", () => {
  const lines = tablePage(ALL, "two jobs").split("\n");
  expect(lines.filter((line) => /^[|-] /.test(line))).toEqual([
    "| mutant | caught by | check | took | time |",
    "| --- | --- | --- | --- | --- |",
    "| survivor | SURVIVED |  | 1,234 seeds, 5,000,000 states | 60.0 s |",
    "| double-vote | explorer, explore | step | 22 states | 0.0 s |",
    "| stale-read | simulation, reads | linearizable | 1 seed | 1.3 s |",
    "- `survivor`: Goes wrong. (§5.2)",
    "- `double-vote`: Goes wrong. (§5.2)",
    "- `stale-read`: Goes wrong. (§5.2)",
  ]);
  expect(lines.join(" ")).toContain("2 of 3 are caught.");
});
