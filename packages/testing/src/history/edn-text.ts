import { errorAt } from "./error-at.ts";
import type { HistoryError } from "./history-error.ts";

/** What a reader of EDN may take as it is written. */
export type Bracket = "(" | ")" | "[" | "]" | "{" | "}";

/**
 * A text of EDN and a place in it, which only moves forward. It finds where tokens end.
 *
 * It scans by character codes: a regular expression with a repeated group needs stack for each character, and a long run of
 * spaces or a long string would exhaust it.
 */
export class EdnText {
  /** The length of the text. */
  readonly length: number;
  readonly #text: string;
  #at: number;

  /** Begins at an offset of a text. */
  constructor(text: string, offset: number) {
    this.#text = text;
    this.length = text.length;
    this.#at = offset;
  }

  /** The place. */
  get at(): number {
    return this.#at;
  }

  /** The next character; "" at the end. */
  get next(): string {
    return this.#text.charAt(this.#at);
  }

  /** Whether the text ends here, or a bracket closes. */
  get isClosing(): boolean {
    return /^[)\]}]?$/.test(this.next);
  }

  /** Whether a tag comes next, such as `#inst`. */
  get startsTag(): boolean {
    return this.next === "#" && /\p{L}/u.test(this.charAt(this.#at + 1));
  }

  /** The character at an offset; "" beyond the end. */
  charAt(offset: number): string {
    return this.#text.charAt(offset);
  }

  /** Whether `token` comes next. */
  startsWith(token: string): boolean {
    return this.#text.startsWith(token, this.#at);
  }

  /** Moves on over `token` if it comes next. @returns whether it did. */
  takes(token: string): boolean {
    if (!this.startsWith(token)) return false;
    this.#at += token.length;
    return true;
  }

  /** Moves on over spaces, commas and comments. */
  skipSpace(): void {
    const text = this.#text;
    let at = this.#at;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === SEMICOLON) at = this.#lineEnd(at);
      else if (!isSpace(code)) break;
      else at += 1;
    }
    this.#at = at;
  }

  /** Takes everything up to the next space or bracket. */
  takeAtom(): string {
    const start = this.#at;
    while (!isDelimiter(this.#text.charCodeAt(this.#at))) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** Takes a character, from its backslash. @returns its name, at least one code point. */
  takeCharacter(): string {
    const point = this.#text.codePointAt(this.#at + 1) ?? SPACE;
    if (isSpace(point) && point !== COMMA)
      throw this.error(this.#at, "a backslash must be followed by a character");
    const first = String.fromCodePoint(point);
    this.#at += 1 + first.length;
    return first + this.takeAtom();
  }

  /** Takes a string, from its quote. @returns what is between the quotes, as it is written. */
  takeString(): string {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    while (end !== -1 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw this.error(start, "a string is never closed");
    this.#at = end + 1;
    return this.#text.slice(start + 1, end);
  }

  /** Makes an error at an offset. */
  error(offset: number, message: string): HistoryError {
    return errorAt(this.#text, offset, message);
  }

  #isEscaped(offset: number): boolean {
    let start = offset;
    while (this.#text.charCodeAt(start - 1) === BACKSLASH) start -= 1;
    return (offset - start) % 2 === 1;
  }

  #lineEnd(from: number): number {
    let at = from;
    for (; at < this.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === NEWLINE || code === RETURN) break;
    }
    return at;
  }
}

const [NEWLINE, RETURN, SPACE, COMMA, SEMICOLON, BACKSLASH] = [10, 13, 32, 44, 59, 92];

const ASCII = 128;
const SPACES = flags("\t\n\v\f\r\u001c\u001d\u001e\u001f ,");
const DELIMITERS = flags('\t\n\v\f\r\u001c\u001d\u001e\u001f ,;"()[]{}\\');

function flags(chars: string): Uint8Array {
  const all = new Uint8Array(ASCII);
  for (const char of chars) all[char.charCodeAt(0)] = 1;
  return all;
}

function isSpace(code: number): boolean {
  return code < ASCII ? SPACES[code] === 1 : isWideSpace(code);
}

/** Whether an atom cannot hold a character. The code is NaN at the end of the text. */
function isDelimiter(code: number): boolean {
  return code < ASCII ? DELIMITERS[code] === 1 : Number.isNaN(code) || isWideSpace(code);
}

function isWideSpace(code: number): boolean {
  return !Number.isNaN(code) && /\s/.test(String.fromCodePoint(code));
}
