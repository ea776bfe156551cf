import type { Plan } from "../plan/plan.ts";
import { drawnRecipe, type Draw, type Recipe } from "./recipe.ts";
import { encodeToken } from "./token.ts";

/** What failed. */
export type Failed = {
  /** The check. */
  readonly check: string;
  /** The digest of the run. */
  readonly hash: string;
  /** The path of the scenario's module, where it has one. */
  readonly module?: string | undefined;
  /** Whether it is of a test whose state machine is in no module: only the test can run it again. */
  readonly isOwn?: boolean;
};

/** A token with its plan in full is not longer than this, in characters; else it is drawn again where that is shorter. */
const FULL_LENGTH_MAX = 1000;

/** The token of a run that failed. `draw` is that which drew the plan before anything was taken away from it. */
export function runToken(plan: Plan, { check, hash, module, isOwn }: Failed, draw: Draw): string {
  const made = (recipe: Recipe): string =>
    encodeToken({ type: "run", check, hash, module, ...(isOwn === true && { isOwn }), recipe });
  const full = made({ from: "plan", plan });
  if (full.length <= FULL_LENGTH_MAX) return full;
  const recipe = drawnRecipe(plan, draw(plan.scenario, plan.seed));
  if (recipe === undefined) return full;
  const short = made(recipe);
  return short.length < full.length ? short : full;
}
