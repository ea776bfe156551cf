import { difference, closest, exactOf, isExactly, type Exact } from "./exact.ts";
import type { Value } from "./value.ts";
import { EdnDecimal, EdnFloat } from "./edn-scalars.ts";

/**
 * Makes plain numbers of the times of a file without losing their order.
 *
 * Times that a double keeps stay as they are. Unix times in nanoseconds are beyond that: two of them could become one, and
 * the history would lose an order that the file states. Then all times count from the first one of the file. When that
 * turns out late, `isLate` becomes true, and the file must be read again with this clock.
 */
export class Clock {
  #first: Exact | undefined;
  #isRelative = false;
  #isLate = false;

  /** Whether times were given out that do not count from the first one, although they must. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Begins to read the file again. */
  restart(): void {
    this.#isLate = false;
  }

  /** The number of a time, or what is wrong with it. Numbers may be text, as JSON's writers of large integers have it. */
  read(time: Value): number | string {
    if (typeof time === "number" && Number.isFinite(time) && !this.#isRelative) {
      this.#first ??= exactOf(String(time));
      return time;
    }
    const exact = exactTime(time);
    if (exact === undefined) return "is not a number";
    const isEarlyEnough = this.#first === undefined;
    this.#first ??= exact;
    if (!this.#isRelative) {
      const double = closest(exact);
      if (isExactly(double, exact) && isSafe(double)) return double;
      this.#isRelative = true;
      this.#isLate = !isEarlyEnough;
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
