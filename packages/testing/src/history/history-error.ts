/** A text is not a history of the given format. The message is one line, without the place of the error. */
export class HistoryError extends Error {
  /** The name of this kind of error. */
  override readonly name = "HistoryError";
  /** The line, from 1. */
  readonly line: number;
  /** The column in UTF-16 code units, from 1. */
  readonly column: number;

  /** Makes an error at a place. */
  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}
