import { checkArgument, rule } from "@kontiki/actors/node";
import type { ExploredAction } from "../explore/action.ts";
import type { BoundOptions } from "../explore/bounds.ts";
import type { Plan } from "../plan/plan.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Recipe } from "./recipe.ts";
import { TokenError } from "./token-error.ts";
import { packToken, unpackToken } from "./token-text.ts";

/** Everything that is needed to reproduce a failure. */
export type Token =
  /** A run of a scenario. */
  | {
      readonly type: "run";
      /** The check that failed. */
      readonly check: string;
      /** The digest of that run. */
      readonly hash: string;
      /** The path of the scenario's module, since a token cannot hold functions. Undefined for a scenario without module. */
      readonly module: string | undefined;
      /** Whether the state machine belongs to a test: then only the test can repeat the run. Default: false. */
      readonly isOwn?: boolean;
      readonly recipe: Recipe;
    }
  /** A counterexample of the explorer. */
  | {
      readonly type: "path";
      /** What its last transition violates. */
      readonly check: string;
      /** The bounds of the exploration. A token cannot hold a custom step function. */
      readonly bounds: Omit<BoundOptions, "step">;
      readonly actions: readonly ExploredAction[];
    };

const TOKEN = rule("the content of a token", (value) => isToken(value));

const WORD = rule("a token, such as k1-...", (value) => typeof value === "string");

/**
 * Writes a token as one word that needs no quotes in a shell: letters, digits, - and _. It begins with the number of its
 * format and holds a checksum. The compressed bytes may differ between versions of Node; the content does not.
 */
export function encodeToken(token: Token): string {
  checkArgument("encodeToken", "token", TOKEN, token);
  return packToken(token.type === "run" ? { ...token, recipe: unmarked(token.recipe) } : token);
}

/** Scenarios have a mark, which is not part of their data. */
function unmarked(recipe: Recipe): unknown {
  const { scenario, plan } = recipe as { readonly scenario?: Scenario; readonly plan?: Plan };
  return {
    ...recipe,
    ...(scenario && { scenario: { ...scenario } }),
    ...(plan && { plan: { ...plan, scenario: { ...plan.scenario } } }),
  };
}

/**
 * Reads the result of {@link encodeToken}. White space around it is ignored.
 *
 * @throws TokenError for a text that is not a token, for a damaged token, and for a token of another format.
 */
export function decodeToken(word: string): Token {
  checkArgument("decodeToken", "word", WORD, word);
  const token = unpackToken(word.trim());
  if (isToken(token)) return token;
  throw new TokenError("the token is intact, but does not describe a run: make it again");
}

/** The checksum detects damage. This check detects tokens of another program. */
function isToken(value: unknown): value is Token {
  if (!isRecord(value) || typeof value["check"] !== "string") return false;
  if (value["type"] === "path") return isRecord(value["bounds"]) && Array.isArray(value["actions"]);
  const { type, hash, module, recipe } = value;
  const isNamed = module === undefined || typeof module === "string";
  return type === "run" && typeof hash === "string" && isNamed && isRecipe(recipe);
}

function isRecipe(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const plan = value["from"] === "plan" ? value["plan"] : value;
  if (!isRecord(plan) || !isRecord(plan["scenario"])) return false;
  const { seed, nodes, faults, operations } = plan;
  return isCount(seed) && isCount(nodes) && Array.isArray(faults) && Array.isArray(operations);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
