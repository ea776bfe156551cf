import {
  callable,
  checkArgument,
  checkOptions,
  flag,
  needed,
  rule,
  path,
  type Schema,
} from "@kontiki/actors/node";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { drawnRecipe, type Draw, type Recipe } from "./recipe.ts";
import { encodeToken } from "./token.ts";

/** A failure. */
export type Failed = {
  /** The violated check. */
  readonly check: string;
  /** The digest of the run. */
  readonly hash: string;
  /** The path of the scenario's module, if it has one. */
  readonly module?: string | undefined;
  /** Whether the state machine belongs to a test and is in no module: then only the test can repeat the run. */
  readonly isOwn?: boolean;
};

const anyText = rule<string>("a string", (value) => typeof value === "string");

const FAILED: Schema<Failed> = {
  check: needed(anyText),
  hash: needed(anyText),
  module: path("the path of a module"),
  isOwn: flag,
};

/** The maximum length of a token with a complete plan, in characters. A longer one stores the seed, if that is shorter. */
const FULL_LENGTH_MAX = 1000;

/** Makes the token of a failed run. `draw` draws the full plan, before shrinking. */
export function runToken(plan: Plan, failed: Failed, draw: Draw): string {
  checkArgument("runToken", "plan", givenPlan, plan);
  checkOptions("runToken", FAILED, failed, "failed");
  checkArgument("runToken", "draw", callable(" that draws the plan of a seed"), draw);
  const { check, hash, module, isOwn } = failed;
  const made = (recipe: Recipe): string =>
    encodeToken({ type: "run", check, hash, module, ...(isOwn === true && { isOwn }), recipe });
  const full = made({ from: "plan", plan });
  if (full.length <= FULL_LENGTH_MAX) return full;
  const recipe = drawnRecipe(plan, draw(plan.scenario, plan.seed));
  if (recipe === undefined) return full;
  const short = made(recipe);
  return short.length < full.length ? short : full;
}
