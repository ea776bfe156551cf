import type { History, TimeUnit } from "../history/history.ts";

/** A length of time with its unit, to at most a tenth of a ms. */
export function msText(ms: number): string {
  return `${ms.toLocaleString("en-US", { maximumFractionDigits: 1 })} ms`;
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
