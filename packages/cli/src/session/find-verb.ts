import type { Verb, VerbHelp } from "./verb.ts";

/** The verb that these words begin with, and how many of them are its name. */
export function verbAt(
  verbs: readonly Verb[],
  words: readonly string[],
): { readonly verb: Verb; readonly length: number } | undefined {
  const [first = "", second] = words;
  for (const verb of verbs) {
    // No verb has a blank but between its two words.
    if (verb.name === first && !first.includes(" ")) return { verb, length: 1 };
    if (second !== undefined && verb.name === `${first} ${second}`) return { verb, length: 2 };
  }
  return undefined;
}

/** The verbs whose first word this is. */
export function verbsOf(verbs: readonly Verb[], word: string): readonly Verb[] {
  return verbs.filter(({ name }) => firstWordOf(name) === word);
}

/** The first word of each verb, once for a group. */
export function firstWords(verbs: readonly Verb[]): readonly string[] {
  return [...new Set(verbs.map(({ name }) => firstWordOf(name)))];
}

function firstWordOf(name: string): string {
  return name.split(" ", 1)[0] ?? "";
}

/** The verb with its arguments, as a person types it. */
export function usageOf({ name, usage }: Pick<VerbHelp, "name" | "usage">): string {
  return `${name} ${usage}`.trimEnd();
}

/** What is wrong with this count of arguments; undefined when it is right. */
export function arityProblem(verb: VerbHelp, count: number): string | undefined {
  const [min, max] = verb.arity;
  if (count >= min && count <= max) return undefined;
  const noun = max === 1 ? "argument" : "arguments";
  return `${verb.name} takes ${wanted(min, max)} ${noun}, not ${count}: ${usageOf(verb)}`;
}

function wanted(min: number, max: number): string {
  if (max === 0) return "no";
  if (min === max) return `${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}
