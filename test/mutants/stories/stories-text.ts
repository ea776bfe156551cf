import type { Failure } from "./failure.ts";
import type { Subject } from "./sample.ts";

/** A failure of the sample; undefined when no run failed in time. */
export type Row = {
  readonly id: string;
  readonly subject: Subject;
  readonly failure: Failure | undefined;
};

const HEAD = ["mutant", "subject", "check", "found", "whole", "told", "runs", "time"];

/** The table of the sample, in Markdown, with medians in its last row. */
export function storiesTable(rows: readonly Row[]): string {
  const failures = rows.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  return [
    HEAD,
    HEAD.map(() => "---"),
    ...rows.map(cellsOf),
    [
      "median",
      "",
      "",
      String(median(failures.map(({ found }) => found.of))),
      String(median(failures.map(({ shrunk }) => shrunk.of))),
      String(median(failures.map(({ shrunk }) => shrunk.lines))),
      String(median(failures.map(({ runs }) => runs))),
      secondsText(median(failures.map(({ ms }) => ms))),
    ],
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function cellsOf({ id, subject, failure }: Row): readonly string[] {
  if (failure === undefined) return [id, subject, "not found", "", "", "", "", ""];
  const { check, found, shrunk, runs, ms } = failure;
  const counts = [found.of, shrunk.of, shrunk.lines, runs].map(String);
  return [id, subject, check, ...counts, secondsText(ms)];
}

/** Of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = sorted.length / 2;
  const [low = 0, high = low] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
