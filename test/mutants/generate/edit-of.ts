import type { Edit } from "../edit.ts";
import type { Splice } from "./splice.ts";

/**
 * A splice as an edit: the lines around it, as many as it takes to appear once in the file. So a mutant that was found once
 * can be read, and planted, without the generator.
 */
export function editOf(file: string, text: string, { start, end, replace }: Splice): Edit {
  let [from, to] = [lineStart(text, start), lineEnd(text, end)];
  while (appearsAgain(text, text.slice(from, to), from)) {
    if (from > 0) from = lineStart(text, from - 1);
    if (to < text.length) to = lineEnd(text, to + 1);
  }
  return {
    file,
    find: text.slice(from, to),
    replace: text.slice(from, start) + replace + text.slice(end, to),
  };
}

function appearsAgain(text: string, part: string, at: number): boolean {
  return text.indexOf(part) !== at || text.includes(part, at + 1);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}
