/** A file is not the history that it is said to be. The message is one readable line without its place. */
export class HistoryError extends Error {
  /** What tells it from other errors. */
  override readonly name = "HistoryError";
  /** The line, from 1. */
  readonly line: number;
  /** The column in UTF-16 code units, from 1. */
  readonly column: number;

  /** An error at a place. */
  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}
