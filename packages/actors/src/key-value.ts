import type { StateMachine } from "./state-machine.ts";

/** Largest key in bytes of UTF-8. */
export const KEY_BYTES_MAX = 1024;

/** Largest value in bytes of UTF-8: 1 MiB. */
export const VALUE_BYTES_MAX = 1024 * 1024;

/** What the built-in machine understands. Keys and values are strings of whole Unicode characters. */
export type KeyValueCommand =
  /** Sets `key` to `value`. Answered by null. */
  | { readonly type: "put"; readonly key: string; readonly value: string }
  /** Answered by the value, null when there is none. Linearizable, like everything that goes through the log. */
  | { readonly type: "get"; readonly key: string }
  /** Removes `key`. Answered by whether it was there. */
  | { readonly type: "delete"; readonly key: string }
  /** Puts `value` if the present one is `expected`; null stands for "absent". */
  | {
      readonly type: "compareAndSet";
      readonly key: string;
      readonly expected: string | null;
      readonly value: string;
    }
  /** Puts the present value, or nothing, followed by `value`. */
  | { readonly type: "append"; readonly key: string; readonly value: string }
  /** All pairs whose key starts with `prefix`, by key in order of UTF-16 code units. */
  | { readonly type: "list"; readonly prefix: string };

/**
 * What it answers: `put` null; `get` the value, null when absent; `delete` whether it was there;
 * `compareAndSet` whether it matched; `append` the new value's length in bytes; `list` pairs.
 */
export type KeyValueResult =
  null | string | boolean | number | readonly (readonly [string, string])[];

/**
 * The built-in state machine: a map of strings.
 *
 * @throws RangeError from `apply` for a key or value over its limit, TypeError for what is not a command.
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
  readonly #pairs = new Map<string, string>();

  apply(command: KeyValueCommand): KeyValueResult {
    switch (command.type) {
      case "put":
        this.#pairs.set(checkKey(command.key), checkValue(command.value));
        return null;
      case "get":
        return this.#pairs.get(checkKey(command.key)) ?? null;
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
      case "list":
        return this.#list(checkPrefix(command.prefix));
      default:
        command satisfies never;
        throw new TypeError(
          `the key-value machine knows no command ${JSON.stringify(command)?.slice(0, 80)}`,
        );
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
    const found = [...this.#pairs].filter(([key]) => key.startsWith(prefix));
    return found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  }
}

/** The key itself. @throws TypeError when it is not a string, RangeError when it is empty or too long. */
export function checkKey(key: string): string {
  if (typeof key !== "string") throw new TypeError("a key is a string");
  if (key === "") throw new RangeError("a key has at least one character");
  return checkLength("key", key, KEY_BYTES_MAX);
}

/** The value itself. @throws TypeError when it is not a string, RangeError when it is too long. */
export function checkValue(value: string): string {
  if (typeof value !== "string") throw new TypeError("a value is a string");
  return checkLength("value", value, VALUE_BYTES_MAX);
}

function checkPrefix(prefix: string): string {
  if (typeof prefix !== "string") throw new TypeError("a prefix is a string");
  return prefix;
}

function checkExpected(expected: string | null): string | null {
  if (typeof expected === "string" || expected === null) return expected;
  throw new TypeError("what is expected is a string, or null for nothing");
}

function checkLength(what: string, text: string, bytesMax: number): string {
  if (text.length * 3 > bytesMax) {
    const bytes = Buffer.byteLength(text);
    if (bytes > bytesMax)
      throw new RangeError(`this ${what} has ${bytes} bytes; the most is ${bytesMax}`);
  }
  return text;
}

/** Makes the built-in machine, as a module of a user's own would. */
export default (): KeyValue => new KeyValue();
