import { partsOf, type TextParts } from "./text-parts.ts";

/** A line without its newline, and its number from 1. */
export type Line = { readonly text: string; readonly number: number };

/** Yields the lines of a text one by one, so that a large text is never in memory twice. Skips blank lines. */
export function* linesOf(text: TextParts): Generator<Line, void, void> {
  let number = 1;
  // Parts of a line that is not complete yet.
  let begun: string[] = [];
  for (const part of partsOf(text)) {
    let start = 0;
    for (let end = part.indexOf("\n"); end !== -1; end = part.indexOf("\n", start)) {
      const rest = part.slice(start, end);
      yield* lineOf(begun.length === 0 ? rest : begun.join("") + rest, number);
      begun = [];
      number += 1;
      start = end + 1;
    }
    if (start < part.length) begun.push(part.slice(start));
  }
  yield* lineOf(begun.join(""), number);
}

function* lineOf(text: string, number: number): Generator<Line, void, void> {
  const line = text.replace(/\r$/, "");
  if (line.trim() !== "") yield { text: line, number };
}
