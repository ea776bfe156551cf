import { checkArgument, rule } from "@kontiki/actors/node";
import { givenModel } from "../check/given-model.ts";
import { givenHistory } from "../history/given-history.ts";

/** What is given where a verdict is needed. */
export const givenVerdict = rule(
  "a verdict, as checkLinearizable returns it",
  (value) => typeof value === "object" && value !== null && "verdict" in value && "cost" in value,
);

/** Checks the arguments of a function that reports a verdict. @throws KontikiError */
export function checkJudged(
  where: string,
  history: unknown,
  model: unknown,
  verdict: unknown,
): void {
  checkArgument(where, "history", givenHistory, history);
  checkArgument(where, "model", givenModel, model);
  checkArgument(where, "verdict", givenVerdict, verdict);
}
