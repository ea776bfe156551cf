import type { BrokenClaim, Verdict } from "../check/verdict.ts";
import type { History } from "../history/history.ts";
import { count, spanText } from "./describe.ts";

/** What is wrong with the orders that a history claims, in one line; undefined when they hold, or there are none. */
export function brokenClaimsText(
  history: History<unknown, unknown>,
  { brokenClaims: [first, ...more] = [] }: Pick<Verdict<unknown, unknown>, "brokenClaims">,
): string | undefined {
  if (first === undefined) return undefined;
  const { key, problem } = first;
  const of = key === "" ? "" : ` of object ${key}`;
  const others = more.length === 0 ? "" : `; nor do those of ${count(more.length, "other object")}`;
  return `the claimed order${of} does not hold: ${problem} (${placeOf(first, history)})${others}`;
}

/** Where an operation is: its process, its times, its place in the claimed order, and its line in the file. */
function placeOf(
  { operation }: BrokenClaim<unknown, unknown>,
  history: History<unknown, unknown>,
): string {
  const { process, order, line } = operation;
  return [
    process,
    spanText(operation, history),
    ...(order === undefined ? [] : [`order ${order}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ].join(", ");
}
