import { HistoryError } from "./history-error.ts";

/** Makes an error at an offset of a text: a parser knows the offset, a person needs line and column. */
export function errorAt(text: string, offset: number, message: string): HistoryError {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < lineStart; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return new HistoryError(message, line, offset - lineStart + 1);
}

/** The lines of a text, from 1, for offsets that only rise. */
export class LineNumbers {
  readonly #text: string;
  #line = 1;
  #end: number;

  constructor(text: string) {
    this.#text = text;
    this.#end = text.indexOf("\n");
  }

  /** The line of an offset that is not before the last one. */
  of(offset: number): number {
    while (this.#end !== -1 && this.#end < offset) {
      this.#line += 1;
      this.#end = this.#text.indexOf("\n", this.#end + 1);
    }
    return this.#line;
  }
}
