import type { Engine, Trial } from "./engines.ts";
import type { Counted } from "./power-text.ts";

/**
 * Mutants on which guided search is compared with blind search: of every kind that needs several things at once, each such
 * that blind search found none in its first twenty runs.
 */
export const GAIN: readonly string[] = [
  "joint-even-old-half-elects",
  "votes-by-committed-membership",
  "cut-membership-stays-without-another",
  "cut-joint-membership-stays",
  "cut-membership-stays",
  "follower-read-by-earlier-round",
  "round-of-an-earlier-lead-confirms",
  "late-answer-confirms-later-round",
  "lease-taken-back-after-hand-over",
  "lease-without-drift",
  "lease-by-the-time-of-the-answer",
  "vote-for-others-after-newer-term",
  "durable-survives-a-snapshot",
  "entries-before-term-and-vote",
  "commits-older-term",
  "old-vote-counts",
  "vote-counts-twice",
  "snapshot-keeps-conflict",
  "snapshot-drops-suffix",
  "lost-question-not-repeated",
  "forwarded-again-and-again",
  "results-lost-in-snapshot",
  "older-horizon-kept",
  "pre-vote-ignores-logs",
];

/** Rows of cells: for each mutant and engine how many trials caught it, and the medians of all trials. */
export function gainRows(
  all: readonly Counted[],
  engines: readonly Engine[],
): readonly (readonly string[])[] {
  return [
    ["mutant", ...engines.flatMap((engine) => [engine, "runs", "seconds"])],
    ...all.map(({ planted, trials }) => [
      planted.id,
      ...engines.flatMap((engine) => gainCells(trials.filter((one) => one.engine === engine))),
    ]),
    [
      "all",
      ...engines.flatMap((engine) => {
        const some = all.flatMap(({ trials }) => trials).filter((one) => one.engine === engine);
        const seconds = some.reduce((sum, { ms }) => sum + ms, 0) / 1000;
        return [caughtOf(some), grouped(sumOf(some)), seconds.toFixed(0)];
      }),
    ],
  ];
}

/** A trial that caught nothing took longer than any that did: if half of them did not, there is no median but a bound. */
function gainCells(trials: readonly Trial[]): readonly string[] {
  const middle = trials.toSorted(byEffort)[Math.floor((trials.length - 1) / 2)];
  if (middle === undefined) return ["", "", ""];
  const sign = middle.caught === undefined ? "> " : "";
  const seconds = (middle.ms / 1000).toFixed(1);
  return [caughtOf(trials), `${sign}${grouped(middle.count)}`, `${sign}${seconds}`];
}

function byEffort(one: Trial, other: Trial): number {
  const [first, second] = [one, other].map(({ caught }) => (caught === undefined ? 1 : 0));
  return (first ?? 0) - (second ?? 0) || one.count - other.count;
}

function caughtOf(trials: readonly Trial[]): string {
  return `${trials.filter(({ caught }) => caught !== undefined).length} of ${trials.length}`;
}

function sumOf(trials: readonly Trial[]): number {
  return trials.reduce((sum, { count }) => sum + count, 0);
}

function grouped(count: number): string {
  return count.toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
