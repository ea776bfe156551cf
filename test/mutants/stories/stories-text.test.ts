import { expect, test } from "vitest";
import { VARIANTS } from "../kinds/variants.ts";
import { MUTANTS } from "../mutants.ts";
import { SAMPLE } from "./sample.ts";
import { median, storiesTable, type Row } from "./stories-text.ts";

const ROWS: readonly Row[] = [
  {
    id: "learner-counts",
    subject: "membership",
    failure: {
      check: "commit",
      scenario: "swarm",
      found: { lines: 14, of: 125 },
      shrunk: { lines: 8, of: 26 },
      runs: 84,
      ms: 3070,
      isReproduced: true,
    },
  },
  {
    id: "never-synced",
    subject: "storage",
    failure: {
      check: "damage",
      scenario: "swarm",
      found: { lines: 10, of: 75 },
      shrunk: { lines: 4, of: 12 },
      runs: 62,
      ms: 4268,
      isReproduced: true,
    },
  },
  { id: "lease-too-long", subject: "leases", failure: undefined },
];

test("the table has a row for each failure, and medians of those that were found", () => {
  expect(storiesTable(ROWS)).toBe(
    `
| mutant | subject | check | found | whole | told | runs | time |
| --- | --- | --- | --- | --- | --- | --- | --- |
| learner-counts | membership | commit | 125 | 26 | 8 | 84 | 3.1 s |
| never-synced | storage | damage | 75 | 12 | 4 | 62 | 4.3 s |
| lease-too-long | leases | not found |  |  |  |  |  |
| median |  |  | 100 | 19 | 6 | 73 | 3.7 s |
`.trim(),
  );
});

test("a median is the value in the middle, or between the two in the middle", () => {
  expect([median([5, 1, 9]), median([4, 1, 9, 6]), median([])]).toEqual([5, 5, 0]);
});

test("the sample has 20 mutants that exist, each once", () => {
  const known = new Set([...MUTANTS.map(({ name }) => name), ...VARIANTS.map(({ id }) => id)]);
  expect(SAMPLE.filter(({ id }) => !known.has(id))).toEqual([]);
  expect(new Set(SAMPLE.map(({ id }) => id)).size).toBe(20);
});
