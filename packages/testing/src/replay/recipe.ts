import { isDeepStrictEqual } from "node:util";
import { crc32 } from "node:zlib";
import { encode } from "@kontiki/actors/node";
import type { Plan } from "../plan/plan.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { TokenError } from "./token-error.ts";

/** How to have a plan again. */
export type Recipe =
  /** It is all there. So it is the same whatever becomes of how plans are drawn. */
  | { readonly from: "plan"; readonly plan: Plan }
  /** It is drawn, and something is taken away: short, however long the plan is. */
  | {
      readonly from: "seed";
      readonly scenario: Scenario;
      readonly seed: number;
      readonly nodes: number;
      readonly faults: Runs;
      readonly operations: Runs;
      /** A CRC-32 of the plan. */
      readonly digest: number;
    };

/** Which of a row of things are left: how many are, how many then are not, how many then are, and so on. */
export type Runs = readonly number[];

/** Draws the plan of a seed. */
export type Draw = (scenario: Scenario, seed: number) => Plan;

/**
 * The plan that a recipe gives.
 *
 * @throws TokenError when this code draws another one than that which the token was made with.
 */
export function planFrom(recipe: Recipe, draw: Draw): Plan {
  if (recipe.from === "plan") return recipe.plan;
  const { scenario, seed, nodes } = recipe;
  const drawn = draw(scenario, seed);
  const faults = left(drawn.faults, recipe.faults);
  const operations = left(drawn.operations, recipe.operations);
  const plan = { scenario, seed, nodes, faults, operations };
  if (digestOf(plan) === recipe.digest) return plan;
  throw new TokenError(
    "this version draws other faults or operations from the token's seed: use the version that made it",
  );
}

/** How to draw a plan again, of which `drawn` is the whole; undefined when it is not a part of that. */
export function drawnRecipe(plan: Plan, drawn: Plan): Recipe | undefined {
  const faults = runsOf(plan.faults, drawn.faults);
  const operations = runsOf(plan.operations, drawn.operations);
  if (faults === undefined || operations === undefined) return undefined;
  const { scenario, seed, nodes } = plan;
  return { from: "seed", scenario, seed, nodes, faults, operations, digest: digestOf(plan) };
}

function digestOf({ faults, operations }: Plan): number {
  return crc32(encode([faults, operations]));
}

/** Which of `all` are in `some`; undefined when `some` has others, or in another order. */
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

function left<T>(all: readonly T[], runs: Runs): readonly T[] {
  let from = 0;
  return runs.flatMap((length, at) => {
    from += length;
    return at % 2 === 0 ? all.slice(from - length, from) : [];
  });
}
