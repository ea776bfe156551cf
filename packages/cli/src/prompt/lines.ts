/** Longest line of input in bytes. Two values of 1 MiB with every character escaped (`\u00e9`) fit. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

/** A line of input without its end, or what is wrong with it. `number` counts from 1. */
export type InputLine =
  | { readonly type: "line"; readonly number: number; readonly text: string }
  | { readonly type: "unreadable"; readonly number: number; readonly problem: string };

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Splits bytes into lines, one at a time and only as fast as they are taken.
 *
 * Lines end with LF or CRLF; the last one may have no end. A line that is too long or not UTF-8 is an error that does not
 * affect the other lines. At most one line and one chunk are held in memory.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  bytesMax: number = LINE_BYTES_MAX,
): AsyncGenerator<InputLine> {
  const pending = new PendingLine(bytesMax);
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      yield pending.take();
      start = end + 1;
    }
    pending.push(chunk.subarray(start));
  }
  if (pending.size > 0) yield pending.take();
}

/** The bytes of the line that has not ended yet. */
class PendingLine {
  readonly #bytesMax: number;
  /** Skips a byte order mark at the start of the input, and only there. */
  #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  #parts: Uint8Array[] = [];
  #number = 0;
  /** Bytes seen of this line, including those that were discarded. */
  size = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.size += bytes.length;
    // One more than allowed, for the CR of a CRLF.
    if (this.size <= this.#bytesMax + 1) this.#parts.push(bytes);
    else this.#parts = [];
  }

  /** Ends the line. */
  take(): InputLine {
    const bytes = withoutCarriageReturn(Buffer.concat(this.#parts));
    const tooLong = this.size > this.#bytesMax + 1 || bytes.length > this.#bytesMax;
    this.#parts = [];
    this.size = 0;
    this.#number += 1;
    if (tooLong) return this.#unreadable(`the line is longer than ${this.#bytesMax} bytes`);
    return this.#decode(bytes);
  }

  #decode(bytes: Uint8Array): InputLine {
    try {
      const text = this.#decoder.decode(bytes);
      if (this.#number === 1)
        this.#decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      return { type: "line", number: this.#number, text };
    } catch {
      return this.#unreadable("the line is not valid UTF-8");
    }
  }

  #unreadable(problem: string): InputLine {
    return { type: "unreadable", number: this.#number, problem };
  }
}

function withoutCarriageReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}
