import { firstWords, verbAt, verbsOf } from "../session/find-verb.ts";
import type { Verb } from "../session/verb.ts";

/** What readline asks for: the matches, and the part of the line that they replace. */
export type Completed = [matches: string[], typed: string];

/** Completes the last word of `line`: to a verb, or to what the verb takes at that place. */
export function complete(
  verbs: readonly Verb[],
  line: string,
  nodeIds: readonly string[],
): Completed {
  const words = line.trimStart().split(/[ \t]+/);
  const typed = words.at(-1) ?? "";
  return [
    candidates(verbs, words, nodeIds)
      .filter((word) => word.startsWith(typed))
      .map((word) => `${word} `),
    typed,
  ];
}

function candidates(
  verbs: readonly Verb[],
  words: readonly string[],
  nodeIds: readonly string[],
): readonly string[] {
  const [first = ""] = words;
  if (words.length <= 1) return firstWords(verbs);
  const found = verbAt(verbs, words);
  if (found === undefined || words.length <= found.length)
    return words.length === 2 ? secondWords(verbs, first) : [];
  const completion = found.verb.completes?.[words.length - 1 - found.length];
  return completion?.({ nodeIds, firstWords: firstWords(verbs) }) ?? [];
}

function secondWords(verbs: readonly Verb[], first: string): readonly string[] {
  return verbsOf(verbs, first).flatMap(({ name }) => name.split(" ").slice(1));
}
