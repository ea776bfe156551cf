import { checkArgument } from "@kontiki/actors/node";
import { givenVerdict } from "./check-judged.ts";
import type { Operation } from "../history/history.ts";
import type { Verdict } from "../check/verdict.ts";

/** What a verdict says about one operation. */
export type Placement =
  /** It has this number in the order of effects, from 1. */
  | { readonly type: "placed"; readonly number: number }
  /** It cannot be placed. */
  | { readonly type: "unplaced" };

/**
 * What a verdict says about each operation. Operations after a violation have no placement. Numbers start at 1 for each
 * object.
 */
export function placements<Input, Output>(
  verdict: Verdict<Input, Output>,
): ReadonlyMap<Operation<Input, Output>, Placement> {
  checkArgument("placements", "verdict", givenVerdict, verdict);
  const found = new Map<Operation<Input, Output>, Placement>();
  const number = (order: readonly Operation<Input, Output>[]): void => {
    for (const [at, one] of order.entries()) found.set(one, { type: "placed", number: at + 1 });
  };
  if (verdict.verdict === "valid") {
    for (const { order } of verdict.objects) number(order);
  } else if (verdict.verdict === "violated") {
    number(verdict.prefix);
    for (const one of verdict.unplaced) found.set(one, { type: "unplaced" });
  }
  return found;
}
