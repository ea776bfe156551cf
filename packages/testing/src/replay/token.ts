import type { ExploredAction } from "../explore/action.ts";
import type { BoundOptions } from "../explore/bounds.ts";
import type { Recipe } from "./recipe.ts";
import { TokenError } from "./token-error.ts";
import { packWord, unpackWord } from "./word.ts";

/** A failure that somebody wants to have again, and all that it takes. */
export type Token =
  /** A run of a scenario. */
  | {
      readonly type: "run";
      /** The check that failed. */
      readonly check: string;
      /** The digest of that run. */
      readonly hash: string;
      /**
       * The path of the scenario's module, where it has one: functions do not fit into a word. Undefined for one that is
       * data and nothing else.
       */
      readonly module: string | undefined;
      /** Whether the state machine is that of a test, which alone can run it again. No, if not given. */
      readonly isOwn?: boolean;
      readonly recipe: Recipe;
    }
  /** A way that the explorer found. */
  | {
      readonly type: "path";
      /** What its last transition breaks. */
      readonly check: string;
      /** The bounds of the exploration. A core of one's own does not fit into a word. */
      readonly bounds: Omit<BoundOptions, "step">;
      readonly actions: readonly ExploredAction[];
    };

/**
 * A token as one word that any shell takes as it is: letters, digits, - and _. It begins with the number of its format,
 * and holds a checksum. How it is compressed may differ between versions of Node; what it says does not.
 */
export function encodeToken(token: Token): string {
  return packWord(token);
}

/**
 * Reads what {@link encodeToken} wrote. White space around it is no part of it.
 *
 * @throws TokenError for what is no token, for one that is damaged, and for one of another format.
 */
export function decodeToken(word: string): Token {
  const token = unpackWord(word.trim());
  if (isToken(token)) return token;
  throw new TokenError("the token is whole, but says nothing that can be run: make it anew");
}

/** The checksum tells what was damaged. This tells what some other program has made. */
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
