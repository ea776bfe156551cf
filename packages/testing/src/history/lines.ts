/** A line without its newline, and its number from 1. */
export type Line = { readonly text: string; readonly number: number };

/** Yields the lines of a text one by one, so that a large text is never in memory twice. Skips blank lines. */
export function* linesOf(text: string): Generator<Line, void, void> {
  let number = 1;
  for (let start = 0; start < text.length; number += 1) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, "");
    if (line.trim() !== "") yield { text: line, number };
    start = end === -1 ? text.length : end + 1;
  }
}
