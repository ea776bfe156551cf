import { nearest } from "./nearest.ts";
import { shown, type Rule } from "./rules.ts";

/** One of these words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Rule<Word> {
  const check: Rule<Word> = (value, path) => {
    if (words.some((word) => word === value)) return undefined;
    const near = typeof value === "string" ? nearest(value, words) : undefined;
    const hint = near === undefined ? "" : `; did you mean ${shown(near)}?`;
    return `${path} is ${shown(value)}: give one of ${words.join(", ")}${hint}`;
  };
  return Object.assign(check, { words });
}
