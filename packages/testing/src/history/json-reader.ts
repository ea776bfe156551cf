import { jsonNumber } from "./numbers.ts";
import type { Value } from "./value.ts";

/** Deeper values would exhaust the stack when they are compared. */
const DEPTH_MAX = 200;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /true|false|null/y;
const WORDS = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** A text is not JSON, or holds what cannot be kept. `offset` is the length of the text when it is cut off. */
export class JsonError extends Error {
  /** The place in the text. */
  readonly offset: number;

  /** Makes an error at a place. */
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/**
 * Reads JSON.
 *
 * `JSON.parse` rounds numbers, keeps only the last of two equal names, and does not always report the place of an error.
 * Two values that differ in a file must not become one, so this reader keeps numbers exactly and rejects equal names.
 */
export class JsonReader {
  readonly #text: string;
  #at = 0;

  /** Reads a text that holds one value. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Reads the value. `onName` gets each name of the outermost object with its place. @throws JsonError when it is none. */
  read(onName?: (name: string, offset: number) => void): Value {
    const value = this.#value(0, onName);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#notJson(this.#at);
    return value;
  }

  #value(depth: number, onName?: (name: string, offset: number) => void): Value {
    this.#skipSpace();
    const start = this.#at;
    switch (this.#text[start]) {
      case '"':
        return this.#string();
      case "{":
      case "[":
        if (depth > DEPTH_MAX) throw new JsonError(start, `values nest deeper than ${DEPTH_MAX}`);
        this.#at += 1;
        return this.#text[start] === "{" ? this.#record(depth, onName) : this.#list(depth);
      case "t":
      case "f":
      case "n":
        return WORDS.get(this.#take(WORD) || this.#reject(start)) ?? null;
      default:
        return this.#number(this.#take(NUMBER) || this.#reject(start), start);
    }
  }

  #number(literal: string, start: number): Value {
    const number = jsonNumber(literal);
    if (typeof number === "object" && "problem" in number)
      throw new JsonError(start, number.problem);
    return number;
  }

  #list(depth: number): readonly Value[] {
    const items: Value[] = [];
    if (this.#takes("]")) return items;
    do items.push(this.#value(depth + 1));
    while (this.#continues("]"));
    return items;
  }

  #record(depth: number, onName?: (name: string, offset: number) => void): Value {
    const record: Record<string, Value> = {};
    if (this.#takes("}")) return record;
    do {
      this.#skipSpace();
      const start = this.#at;
      const name = this.#text[start] === '"' ? this.#string() : this.#reject(start);
      if (Object.hasOwn(record, name))
        throw new JsonError(start, `the name ${JSON.stringify(name)} is twice in an object`);
      onName?.(name, start);
      if (!this.#takes(":")) this.#reject(this.#at);
      const value = this.#value(depth + 1);
      if (name === "__proto__") define(record, name, value);
      else record[name] = value;
    } while (this.#continues("}"));
    return record;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let end = text.indexOf('"', start + 1);
    while (end !== -1 && text[end - 1] === "\\" && this.#isEscaped(end))
      end = text.indexOf('"', end + 1);
    if (end === -1) throw this.#notJson(start);
    this.#at = end + 1;
    const inside = text.slice(start + 1, end);
    if (!/[\\\p{Cc}]/u.test(inside)) return inside;
    try {
      return JSON.parse(text.slice(start, end + 1)) as string;
    } catch {
      throw this.#notJson(start);
    }
  }

  #isEscaped(offset: number): boolean {
    let start = offset;
    while (this.#text[start - 1] === "\\") start -= 1;
    return (offset - start) % 2 === 1;
  }

  /** Takes a comma, or the end. @returns whether it was a comma. */
  #continues(closing: "]" | "}"): boolean {
    if (this.#takes(closing)) return false;
    return this.#takes(",") || this.#reject(this.#at) !== "";
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }

  #takes(char: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  #reject(offset: number): never {
    throw this.#notJson(offset);
  }

  #notJson(offset: number): JsonError {
    const isCut = offset >= this.#text.length;
    return new JsonError(
      offset,
      isCut ? "the line ends within its JSON: each line has one object" : "this is not JSON",
    );
  }
}

/** Sets a field that an assignment would take for the prototype. */
function define(record: Record<string, Value>, name: string, value: Value): void {
  Object.defineProperty(record, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
