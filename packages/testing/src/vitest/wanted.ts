import { KontikiError } from "@kontiki/actors";
import { SEEDS } from "../campaign/seeds.ts";
import { planFrom } from "../replay/recipe.ts";
import { TokenError } from "../replay/token-error.ts";
import { decodeToken } from "../replay/token.ts";
import type { Plan } from "../plan/plan.ts";
import { planOfParts } from "../plan/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";

/** Of a process's environment, what says what a test shall try. */
export type Environment = Readonly<
  Partial<Record<"KONTIKI_SEED" | "KONTIKI_TOKEN", string | undefined>>
>;

/**
 * The seeds that are tried: that of the environment, that of the test, or so many from 1 on.
 *
 * @throws KontikiError for a KONTIKI_SEED that is no seed.
 */
export function seedsOf(
  { seed, seeds }: { readonly seed?: number; readonly seeds: number },
  { KONTIKI_SEED: only }: Environment,
): { readonly count: number; readonly at: (place: number) => number } {
  const one = only === undefined ? seed : seedIn(only);
  return one === undefined
    ? { count: seeds, at: (place) => place + 1 }
    : { count: 1, at: () => one };
}

function seedIn(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed < SEEDS) return seed;
  throw new KontikiError(
    `KONTIKI_SEED is ${JSON.stringify(text)}: give a whole number from 0 to ${SEEDS - 1}`,
  );
}

/**
 * The plan of a token.
 *
 * @throws TokenError for what is no token, and for one that this test has not made.
 */
export function planOfToken(word: string, parts: ScenarioParts): Plan {
  const token = decodeToken(word);
  if (token.type !== "run")
    throw new TokenError("the token is one of kontiki explore, which a test cannot replay");
  const { recipe } = token;
  const { name } = recipe.from === "plan" ? recipe.plan.scenario : recipe.scenario;
  if (name !== parts.scenario.name)
    throw new TokenError(
      `the token is of the scenario ${name}, and this test is ${parts.scenario.name}: run the test that gave it`,
    );
  return planFrom(recipe, (scenario, seed) => planOfParts({ ...parts, scenario }, seed));
}
