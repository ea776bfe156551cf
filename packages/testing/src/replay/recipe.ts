import { crc32, isDeepStrictEqual } from "#platform";
import { callable, checkArgument, encodePlain, rule } from "@kontiki/actors/node";
import type { Plan, PlanEdit, PlannedFault } from "../plan/plan.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { TokenError } from "./token-error.ts";

/** How to make a plan again. */
export type Recipe =
  /** The complete plan. It stays the same when a later version draws plans differently. */
  | { readonly from: "plan"; readonly plan: Plan }
  /** Draw the plan from its seed and remove some parts: short, however long the plan is. */
  | {
      readonly from: "seed";
      readonly scenario: Scenario;
      readonly seed: number;
      readonly nodes: number;
      readonly faults: Runs;
      readonly operations: Runs;
      /** Faults that somebody added to what the seed draws. */
      readonly added?: readonly PlannedFault[];
      readonly edits?: readonly PlanEdit[];
      /** A CRC-32 of the plan. */
      readonly digest: number;
    };

/** Which elements of a list are kept, as run lengths: kept, removed, kept, and so on. */
export type Runs = readonly number[];

/** Draws the plan of a seed. */
export type Draw = (scenario: Scenario, seed: number) => Plan;

const RECIPE = rule(
  "the recipe of a token, as decodeToken returns it",
  (value) => typeof value === "object" && value !== null && "from" in value,
);

/**
 * Makes the plan of a recipe.
 *
 * @throws TokenError when this code draws a different plan than the code that made the token.
 */
export function planFrom(recipe: Recipe, draw: Draw): Plan {
  checkArgument("planFrom", "recipe", RECIPE, recipe);
  checkArgument("planFrom", "draw", callable(" that draws the plan of a seed"), draw);
  if (recipe.from === "plan") return recipe.plan;
  const { scenario, seed, nodes } = recipe;
  const drawn = draw(scenario, seed);
  const faults = [...kept(drawn.faults, recipe.faults), ...(recipe.added ?? [])];
  const operations = kept(drawn.operations, recipe.operations);
  const { edits } = recipe;
  const plan = { scenario, seed, nodes, faults, operations, ...(edits && { edits }) };
  if (digestOf(plan) === recipe.digest) return plan;
  throw new TokenError(
    "this version draws different faults or operations from the token's seed: use the version that made it",
  );
}

/**
 * A recipe that makes `plan` from the full plan `drawn`; undefined when `plan` is not a part of it, with faults at its end that
 * have numbers of their own.
 */
export function drawnRecipe(plan: Plan, drawn: Plan): Recipe | undefined {
  const added = plan.faults.filter(({ id }) => id >= drawn.faults.length);
  const left = plan.faults.slice(0, plan.faults.length - added.length);
  const faults = runsOf(left, drawn.faults);
  const operations = runsOf(plan.operations, drawn.operations);
  if (faults === undefined || operations === undefined) return undefined;
  const { scenario, seed, nodes, edits } = plan;
  return {
    from: "seed",
    scenario,
    seed,
    nodes,
    faults,
    operations,
    ...(added.length > 0 && { added }),
    ...(edits && { edits }),
    digest: digestOf(plan),
  };
}

function digestOf({ faults, operations, edits }: Plan): number {
  return crc32(encodePlain([faults, operations, ...(edits ?? [])], "plan"));
}

/** The elements of `all` that are in `some`; undefined when `some` has other elements, or another order. */
function runsOf<T>(some: readonly T[], all: readonly T[]): Runs | undefined {
  const runs = [0];
  let taken = 0;
  for (const one of all) {
    const isLeft = taken < some.length && isDeepStrictEqual(one, some[taken]);
    if (isLeft !== (runs.length % 2 === 1)) runs.push(0);
    runs.push((runs.pop() ?? 0) + 1);
    if (isLeft) taken += 1;
  }
  return taken === some.length ? runs : undefined;
}

function kept<T>(all: readonly T[], runs: Runs): readonly T[] {
  let from = 0;
  return runs.flatMap((length, at) => {
    from += length;
    return at % 2 === 0 ? all.slice(from - length, from) : [];
  });
}
