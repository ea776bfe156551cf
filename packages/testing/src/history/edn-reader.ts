import { errorAt } from "./error-at.ts";
import type { HistoryError } from "./history-error.ts";
import { isExact } from "./value.ts";

/** A form of EDN (github.com/edn-format/edn). Lists, vectors and sets are all sequences. */
export type Edn =
  | null
  | boolean
  | number
  | string
  | { readonly type: "keyword" | "symbol" | "char"; readonly name: string }
  | { readonly type: "sequence"; readonly items: readonly Edn[] }
  | { readonly type: "map"; readonly entries: readonly (readonly [Edn, Edn])[] };

const CLOSING = { "(": ")", "[": "]", "{": "}", "#{": "}" } as const;
const SPACE = /(?:[\s,]|;[^\n]*)*/y;
const OPENING = /#\{|[([{]/y;
const STRING = /"(?:[^"\\]|\\(?:[tnrbf\\"]|u[0-9a-fA-F]{4}))*"/y;
const ATOM = /\\(?:u[0-9a-fA-F]{4}|[^\s,;"()[\]{}]+|\S)|[^\s,;"()[\]{}\\]+/y;
const NUMBER = /^[-+]?(?:0|[1-9]\d*)(?:N|(?:\.\d*)?(?:[eE][-+]?\d+)?M?)$/;

/** No real history nests deeper. Without a bound, a hostile file could exhaust the stack. */
const DEPTH_MAX = 200;

/**
 * Reads EDN from a text.
 *
 * The npm packages for EDN accept broken text silently (an unclosed vector becomes nil, a comment joins the numbers
 * around it) and do not report where they stopped. A checker must not judge half a file, so this reader rejects
 * everything that is not EDN and reports the place. It skips tags, and `#_` skips a form.
 */
export class EdnReader {
  readonly #text: string;
  #at: number;

  /** Reads `text` from `offset`. */
  constructor(text: string, offset = 0) {
    this.#text = text;
    this.#at = offset;
  }

  /** Where the next form begins, after spaces and comments. */
  get offset(): number {
    this.#take(SPACE);
    while (this.#text.startsWith("#_", this.#at)) {
      this.#at += 2;
      this.read();
      this.#take(SPACE);
    }
    return this.#at;
  }

  /** Whether no form is left. */
  get atEnd(): boolean {
    return this.offset >= this.#text.length;
  }

  /** Reads `bracket` if it comes next. @returns whether it did. */
  takes(bracket: string): boolean {
    if (!this.#text.startsWith(bracket, this.offset)) return false;
    this.#at += bracket.length;
    return true;
  }

  /** Reads the next form. @throws HistoryError when there is none. */
  read(depth = 0): Edn {
    const start = this.offset;
    if (depth > DEPTH_MAX) throw this.#error(start, `forms nest deeper than ${DEPTH_MAX}`);
    const opening = this.#take(OPENING);
    if (opening !== undefined)
      return this.#collection(opening as keyof typeof CLOSING, start, depth);
    if (this.#text[start] === '"') return this.#string(start);
    const atom = this.#take(ATOM);
    if (atom !== undefined) return this.#atom(atom, start, depth);
    if (start >= this.#text.length)
      throw this.#error(start, "the text ends where a form is expected");
    throw this.#error(start, `${JSON.stringify(this.#text[start])} has no opening bracket`);
  }

  #collection(opening: keyof typeof CLOSING, start: number, depth: number): Edn {
    const closing = CLOSING[opening];
    const items: Edn[] = [];
    while (!this.takes(closing)) {
      if (this.atEnd) throw this.#error(start, `${JSON.stringify(opening)} is never closed`);
      items.push(this.read(depth + 1));
    }
    if (opening !== "{") return { type: "sequence", items };
    if (items.length % 2 !== 0) throw this.#error(start, "a map has a key without a value");
    const entries: [Edn, Edn][] = [];
    for (let at = 0; at < items.length; at += 2) {
      entries.push([items[at] ?? null, items[at + 1] ?? null]);
    }
    return { type: "map", entries };
  }

  #string(start: number): string {
    const quoted = this.#take(STRING);
    if (quoted === undefined) {
      throw this.#error(start, "a string is never closed, or has an escape that is not EDN");
    }
    // EDN has the escapes of JSON. Unlike JSON it allows raw line breaks and tabs in a string.
    const escaped = quoted.replace(/\p{Cc}/gu, (char) => JSON.stringify(char).slice(1, -1));
    return JSON.parse(escaped) as string;
  }

  #atom(atom: string, start: number, depth: number): Edn {
    if (atom === "nil") return null;
    if (atom === "true" || atom === "false") return atom === "true";
    if (atom.startsWith(":") && atom.length > 1) return { type: "keyword", name: atom.slice(1) };
    if (atom.startsWith("\\")) return { type: "char", name: atom.slice(1) };
    if (atom.startsWith("#") && /^#[a-zA-Z]/.test(atom)) return this.read(depth + 1);
    if (!/^[-+]?\d/.test(atom)) {
      if (/^[:#]/.test(atom)) throw this.#error(start, `${JSON.stringify(atom)} is not EDN`);
      return { type: "symbol", name: atom };
    }
    if (!NUMBER.test(atom)) throw this.#error(start, `${JSON.stringify(atom)} is not a number`);
    const value = Number(atom.replace(/[NM]$/, ""));
    if (!isExact(value)) throw this.#error(start, `${atom} is too large to be exact`);
    return value;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #error(offset: number, message: string): HistoryError {
    return errorAt(this.#text, offset, message);
  }
}
