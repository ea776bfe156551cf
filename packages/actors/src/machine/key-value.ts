import { Buffer } from "#platform";
import { CommandError } from "../errors.ts";
import { Pairs } from "./pairs.ts";
import type { StateMachine } from "./state-machine.ts";

/** Largest key in bytes of UTF-8. */
export const KEY_BYTES_MAX = 1024;

/** Largest value in bytes of UTF-8: 1 MiB. */
export const VALUE_BYTES_MAX = 1024 * 1024;

/**
 * The approximate number of characters of keys and values in one part of a snapshot; a larger pair has its own part.
 */
const PART_CHARACTERS = 64 * 1024;

/** The commands of the built-in machine. Keys and values are well-formed Unicode strings. */
export type KeyValueCommand =
  /** Sets `key` to `value`. The result is null. */
  | { readonly type: "put"; readonly key: string; readonly value: string }
  /** The result is the value, or null if there is none. Also allowed as a query, as it changes nothing. */
  | { readonly type: "get"; readonly key: string }
  /** Removes `key`. The result is whether it existed. */
  | { readonly type: "delete"; readonly key: string }
  /** Sets `key` to `value` if its present value is `expected`; null means "absent". */
  | {
      readonly type: "compareAndSet";
      readonly key: string;
      readonly expected: string | null;
      readonly value: string;
    }
  /** Appends `value` to the present value; an absent key counts as empty. */
  | { readonly type: "append"; readonly key: string; readonly value: string }
  /** All pairs whose key starts with `prefix`, ordered by key in UTF-16 code units. Also allowed as a query. */
  | { readonly type: "list"; readonly prefix: string };

/**
 * The results: `put` null; `get` the value, null if absent; `delete` whether it existed; `compareAndSet` whether it
 * matched; `append` the new value's length in bytes; `list` the pairs.
 */
export type KeyValueResult =
  null | string | boolean | number | readonly (readonly [string, string])[];

/**
 * The built-in state machine: a map of strings.
 *
 * @throws CommandError from `apply` and `query` for a key or value over its limit, and for an unknown command or query.
 *
 * @example
 * ```ts
 * import { KeyValue } from "@kontiki/actors";
 *
 * const machine = new KeyValue();
 * machine.apply({ type: "put", key: "greeting", value: "ahoy" });
 * console.log(machine.apply({ type: "append", key: "greeting", value: " there" })); // 10
 * console.log(machine.apply({ type: "get", key: "greeting" })); // ahoy there
 * ```
 */
export class KeyValue implements StateMachine<KeyValueCommand, KeyValueResult> {
  readonly #pairs = new Pairs();

  apply(command: KeyValueCommand): KeyValueResult {
    switch (command?.type) {
      case "put":
        this.#pairs.set(checkKey(command.key), checkValue(command.value));
        return null;
      case "get":
      case "list":
        return this.query(command);
      case "delete":
        return this.#pairs.delete(checkKey(command.key));
      case "compareAndSet":
        return this.#compareAndSet(
          checkKey(command.key),
          checkExpected(command.expected),
          checkValue(command.value),
        );
      case "append":
        return this.#append(checkKey(command.key), checkValue(command.value));
      default:
        command satisfies never;
        throw new CommandError(`the key-value machine knows no command ${textOf(command)}`);
    }
  }

  /** Answers `get` and `list`. */
  query(query: KeyValueCommand): KeyValueResult {
    switch (query?.type) {
      case "get":
        return this.#pairs.get(checkKey(query.key)) ?? null;
      case "list":
        return this.#list(checkPrefix(query.prefix));
      default:
        throw new CommandError(`the key-value machine answers no query ${textOf(query)}`);
    }
  }

  snapshot(): readonly (readonly [string, string])[] {
    return this.#list("");
  }

  restore(snapshot: unknown): void {
    this.#pairs.clear();
    for (const [key, value] of snapshot as readonly (readonly [string, string])[])
      this.#pairs.set(key, value);
  }

  /** Lists of key, value, key, value ..., in the order in which the keys were added. */
  snapshotParts(): Iterable<readonly string[]> {
    return this.#pairs.iterate(PART_CHARACTERS);
  }

  restoreParts(parts: Iterable<unknown>): void {
    this.#pairs.clear();
    for (const part of parts) {
      if (!Array.isArray(part) || part.length % 2 !== 0)
        throw new TypeError("a part of a key-value state is a list of keys and values");
      for (let at = 0; at < part.length; at += 2)
        this.#pairs.set(checkKey(part[at] as string), checkValue(part[at + 1] as string));
    }
  }

  #compareAndSet(key: string, expected: string | null, value: string): boolean {
    if ((this.#pairs.get(key) ?? null) !== expected) return false;
    this.#pairs.set(key, value);
    return true;
  }

  #append(key: string, value: string): number {
    const joined = checkValue((this.#pairs.get(key) ?? "") + value);
    this.#pairs.set(key, joined);
    return Buffer.byteLength(joined);
  }

  #list(prefix: string): readonly (readonly [string, string])[] {
    const found = [...this.#pairs.startingWith(prefix)];
    return found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

/** Returns the key. @throws CommandError when it is not a string, is empty, or is too long. */
function checkKey(key: string): string {
  if (typeof key !== "string") throw new CommandError("a key is a string");
  if (key === "") throw new CommandError("a key has at least one character");
  return checkLength("key", key, KEY_BYTES_MAX);
}

/** Returns the value. @throws CommandError when it is not a string, or is too long. */
function checkValue(value: string): string {
  if (typeof value !== "string") throw new CommandError("a value is a string");
  return checkLength("value", value, VALUE_BYTES_MAX);
}

function textOf(command: unknown): string | undefined {
  return JSON.stringify(command)?.slice(0, 80);
}

function checkPrefix(prefix: string): string {
  if (typeof prefix !== "string") throw new CommandError("a prefix is a string");
  return prefix;
}

function checkExpected(expected: string | null): string | null {
  if (typeof expected === "string" || expected === null) return expected;
  throw new CommandError("expected is a string, or null for an absent key");
}

function checkLength(what: string, text: string, bytesMax: number): string {
  if (text.length * 3 > bytesMax) {
    const bytes = Buffer.byteLength(text);
    if (bytes > bytesMax)
      throw new CommandError(`this ${what} has ${bytes} bytes; the most is ${bytesMax}`);
  }
  return text;
}

/** Creates the built-in machine, as a user's own module would. */
export default (): KeyValue => new KeyValue();
