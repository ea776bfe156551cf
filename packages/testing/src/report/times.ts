import type { History, TimeUnit } from "../history/history.ts";

/** A length of time with its unit, to at most a tenth of a ms. @param digits how many there are at least: 1 in columns. */
export function msText(ms: number, digits: 0 | 1 = 0): string {
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: 1 };
  return `${ms.toLocaleString("en-US", shown)} ms`;
}

/** The times of a history as people see them. */
export type ShownTimes = {
  /** Their unit. */
  readonly unit: TimeUnit;
  /** The time of a call, a return or a mark. */
  readonly at: (time: number) => number;
};

/** The times of the clock of a history if it has one, else its own. */
export function shownTimes({
  unit,
  clock,
}: Pick<History<unknown, unknown>, "unit" | "clock">): ShownTimes {
  return { unit: clock?.unit ?? unit, at: (time) => clock?.times[time] ?? time };
}
