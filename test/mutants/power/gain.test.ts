import { expect, test } from "vitest";
import type { Trial } from "./engines.ts";
import { gainRows } from "./gain.ts";
import { gainOf, gainSection, keptOf, withGain, withKept } from "./gain-page.ts";
import { aligned, type Counted } from "./power-text.ts";

function trial(engine: Trial["engine"], count: number, isCaught = true): Trial {
  const caught = isCaught ? { check: "commit", text: "text" } : undefined;
  return { engine, firstSeed: count, caught, count, ms: count * 100 };
}

function mutant(id: string, trials: readonly Trial[]): Counted {
  return {
    planted: { id, kind: "order", about: "Goes wrong.", edits: [] },
    type: "pursued",
    trials,
  };
}

const ALL = [
  mutant("often", [
    ...[30, 10, 1200].map((count) => trial("blind", count)),
    ...[9, 7, 8].map((count) => trial("guided", count)),
  ]),
  mutant("seldom", [
    ...[50, 90, 80].map((count) => trial("blind", count, count === 50)),
    ...[60, 80, 70].map((count) => trial("guided", count, count !== 80)),
  ]),
];

test("medians of the trials, a bound where most caught nothing, and sums", () => {
  expect(aligned(gainRows(ALL, ["blind", "guided"])).split("\n")).toEqual([
    "mutant  blind   runs   seconds  guided  runs  seconds",
    "often   3 of 3  30     3.0      3 of 3  8     0.8",
    "seldom  1 of 3  > 80   > 8.0    2 of 3  70    7.0",
    "all     4 of 6  1,460  146      5 of 6  234   23",
  ]);
});

test("the section replaces the one of a page, and leaves the rest", () => {
  const shape = { seed: "1", trials: 3, seconds: 60, seeds: undefined, machine: "One core" };
  const section = gainSection(ALL, { ...shape, engines: ["blind", "guided"] });
  const page = withGain("# Power\n\n## Survivors\n\nNone.\n", section);
  expect(gainOf(page)).toBe(section);
  expect(page.split("\n").filter((line) => line.startsWith("#"))).toEqual([
    "# Power",
    "## What guided search gains",
    "## Survivors",
  ]);
  const other = gainSection(ALL.slice(1), { ...shape, engines: ["blind", "guided"] });
  expect(withGain(page, other)).toBe(withGain("# Power\n\n## Survivors\n\nNone.\n", other));
});

test("sections that were written by hand stay: a gain leaves those around it, and a sample all of them", () => {
  const before = "## Another sample\n\nBy hand.\n\n";
  const after = "## What a second of CPU time meets\n\nBy hand.\n\n";
  const gain = (text: string): string => `## What guided search gains\n\n${text}\n\n`;
  const page = (sections: string): string => `# Power\n\n${sections}## Survivors\n\nNone.\n`;
  const present = page(before + gain("Much.") + after);
  expect(withGain(present, gain("Little."))).toBe(page(before + gain("Little.") + after));
  expect(withKept(page(""), keptOf(present))).toBe(present);
});
