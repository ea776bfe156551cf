import type { Work } from "../slices.ts";
import { EdnDecimal, EdnFloat } from "./edn-scalars.ts";
import { difference, closest, exactOf, isExactly, type Exact } from "./exact.ts";
import type { Value } from "./value.ts";

/**
 * Makes plain numbers of the times of a file without losing their order.
 *
 * Times that a double keeps stay as they are. Unix times in nanoseconds are beyond that: two of them could become one, and
 * the history would lose an order that the file states. Then all times count from the first one of the file.
 */
export class Clock {
  #first: Exact | undefined;
  #isRelative = false;

  /**
   * The number of a time, or what is wrong with it. A number may be text, as some writers of JSON have large integers.
   *
   * @throws ClockChange when this is the first time that a double does not keep, but not the first time of all.
   */
  read(time: Value): number | string {
    if (typeof time === "number" && Number.isFinite(time) && !this.#isRelative) {
      this.#first ??= exactOf(String(time));
      return time;
    }
    const exact = exactTime(time);
    if (exact === undefined) return "is not a number";
    const isFirst = this.#first === undefined;
    this.#first ??= exact;
    if (!this.#isRelative) {
      const double = closest(exact);
      if (isExactly(double, exact) && isSafe(double)) return double;
      this.#isRelative = true;
      if (!isFirst) throw new ClockChange();
    }
    return this.#sinceFirst(exact);
  }

  #sinceFirst(exact: Exact): number | string {
    const first = this.#first ?? exact;
    const since = difference(exact, first);
    const double = since === undefined ? Infinity : closest(since);
    if (since === undefined || !isExactly(double, since) || !isSafe(double))
      return "is too far from the first time of the file to be exact";
    return double;
  }
}

/** Reads a file, and once more when only a later time shows that all must count from the first one. */
export function* withClock<T>(read: (clock: Clock) => Work<T>): Work<T> {
  const clock = new Clock();
  try {
    return yield* read(clock);
  } catch (error) {
    if (!(error instanceof ClockChange)) throw error;
  }
  return yield* read(clock);
}

/** Times were given out that do not count from the first one, although they must. */
class ClockChange extends Error {}

function isSafe(double: number): boolean {
  return !Number.isInteger(double) || Number.isSafeInteger(double);
}

function exactTime(time: Value): Exact | undefined {
  if (time instanceof EdnDecimal) return time;
  if (time instanceof EdnFloat) return exactOf(String(time.value));
  const isWritten =
    typeof time === "string" || typeof time === "bigint" || typeof time === "number";
  return isWritten ? exactOf(String(time)) : undefined;
}
