import { readFile } from "node:fs/promises";
import { KontikiError } from "@kontiki/actors";
import { SEEDS } from "../campaign/seeds.ts";
import { planFrom } from "../replay/recipe.ts";
import { TokenError } from "../replay/token-error.ts";
import { decodeToken } from "../replay/token.ts";
import type { Plan } from "../plan/plan.ts";
import { planOfParts } from "../plan/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";

/** The environment variables that select what a test tries. */
export type Environment = Readonly<
  Partial<Record<"KONTIKI_SEED" | "KONTIKI_TOKEN", string | undefined>>
>;

/**
 * The seeds to try: the seed of the environment, else the seed of the test, else `seeds` many from 1 on.
 *
 * @throws KontikiError for an invalid KONTIKI_SEED.
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
 * A token: the word itself, or the content of the file of this path.
 *
 * @throws TokenError when there is neither.
 */
export async function readToken(given: string): Promise<string> {
  if (TOKEN.test(given)) return given;
  try {
    return (await readFile(given, "utf8")).trim();
  } catch (cause) {
    const text = `KONTIKI_TOKEN is ${JSON.stringify(given)}: give a token, or the path of a file with one`;
    throw new TokenError(text, { cause });
  }
}

/** How every token begins. */
const TOKEN = /^\s*k\d+-/;

/**
 * The plan of a token.
 *
 * @throws TokenError for an invalid token, and for a token of another test.
 */
export function planOfToken(word: string, parts: ScenarioParts): Plan {
  const token = decodeToken(word);
  if (token.type !== "run")
    throw new TokenError("the token is from kontiki explore, which a test cannot replay");
  const { recipe } = token;
  const { name } = recipe.from === "plan" ? recipe.plan.scenario : recipe.scenario;
  if (name !== parts.scenario.name)
    throw new TokenError(
      `the token is from the scenario ${name}, but this test is ${parts.scenario.name}: run the test that printed it`,
    );
  return planFrom(recipe, (scenario, seed) => planOfParts({ ...parts, scenario }, seed));
}
