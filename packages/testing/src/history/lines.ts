/** A line without its end, and its number from 1. */
export type Line = { readonly text: string; readonly number: number };

/** The lines of a text, one after the other, so that a large one is never held twice. Blank ones are left out. */
export function* linesOf(text: string): Generator<Line, void, void> {
  let number = 1;
  for (let start = 0; start < text.length; number += 1) {
    const end = text.indexOf("\n", start);
    const line = text.slice(start, end === -1 ? text.length : end).replace(/\r$/, "");
    if (line.trim() !== "") yield { text: line, number };
    start = end === -1 ? text.length : end + 1;
  }
}
