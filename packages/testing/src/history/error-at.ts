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
