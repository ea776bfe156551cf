import { EdnValue, type EdnScalar } from "./edn-scalars.ts";
import { isPlainRecord } from "./plain-record.ts";

/**
 * The arguments and results of operations.
 *
 * What JSON has is plain: null, booleans, numbers, strings, lists, and records with strings as names. An integer beyond
 * 2^53 is a bigint. What only EDN has is an object of a class that extends {@link EdnValue}, so no plain value equals it:
 * the keyword `:a` is not the string ":a", the set `#{1}` is not the list `[1]`, the float `1.0` is not the integer `1`.
 *
 * A reader keeps every difference that the format defines, and no other. By the section "equality" of the EDN
 * specification, and as `=` does in Clojure:
 *
 * - Lists and vectors with equal items are equal. Sets and maps have no order. Metadata is not part of a value.
 * - Numbers are equal if both type and value are: `1` and `1N` are integers, `1.0` is a double, `1.0M` and `1M` are the
 *   same exact decimal, `1/2` is a ratio. So `1`, `1.0` and `1.0M` are three different values.
 * - `#inst` is a moment: another offset from UTC may name the same one. `#uuid` ignores case. Other tagged values are equal
 *   if the tags are and what they tag.
 *
 * JSON has one type of number and sets no precision: `1`, `1.0` and `1e0` are equal, and every digit counts.
 *
 * Compare values with {@link sameValue} or by their {@link canonical} text, never with `===`.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | ValueRecord
  | EdnScalar
  | EdnTagged
  | EdnSet
  | EdnMap;

/** Named values: an object of JSON, or a map of EDN that has only strings as keys. The order of the names has no meaning. */
export type ValueRecord = { readonly [name: string]: Value };

/** A value with a tag, such as `#usd 5` or `#inst "2024-01-01T00:00:00Z"`. */
export class EdnTagged extends EdnValue {
  readonly type = "tagged";
  /** The tag without `#`. */
  readonly tag: string;
  /** What is tagged. */
  readonly value: Value;

  /** Tags a value. */
  constructor(tag: string, value: Value) {
    super(`#${tag} ${canonical(value)}`);
    this.tag = tag;
    this.value = value;
  }
}

/** A set, such as `#{1 2}`. */
export class EdnSet extends EdnValue {
  readonly type = "set";
  /** The items, each once, ordered by their canonical texts. */
  readonly items: readonly Value[];

  /** Makes a set. Equal items become one. */
  constructor(items: Iterable<Value>) {
    const sorted = byText(items, (item) => item);
    super(`#{${sorted.map(([text]) => text).join(",")}}`);
    this.items = sorted.map(([, item]) => item);
  }
}

/** A map with at least one key that is no string, such as `{:a 1}`. A map with only strings is a {@link ValueRecord}. */
export class EdnMap extends EdnValue {
  readonly type = "map";
  /** The keys with their values, ordered by the canonical texts of the keys. */
  readonly entries: readonly (readonly [key: Value, value: Value])[];

  /** Makes a map. Of equal keys the last one counts. */
  constructor(entries: Iterable<readonly [key: Value, value: Value]>) {
    const sorted = byText(entries, ([key]) => key);
    super(`{${sorted.map(([text, [, value]]) => `${text} ${canonical(value)}`).join(",")}}`);
    this.entries = sorted.map(([, entry]) => entry);
  }

  /** The value of a key; undefined when the map does not have the key. */
  get(key: Value): Value | undefined {
    return this.entries.find(([known]) => sameValue(known, key))?.[1];
  }
}

/** The map with these entries: a record when all keys are strings. */
export function mapOf(
  entries: Iterable<readonly [key: Value, value: Value]>,
): ValueRecord | EdnMap {
  const all = [...entries];
  const isNamed = (entry: readonly [Value, Value]): entry is readonly [string, Value] =>
    typeof entry[0] === "string";
  return all.every(isNamed) ? Object.fromEntries(all) : new EdnMap(all);
}

function byText<T>(all: Iterable<T>, keyOf: (one: T) => Value): readonly (readonly [string, T])[] {
  const texts = new Map<string, T>();
  for (const one of all) texts.set(canonical(keyOf(one)), one);
  return [...texts].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/**
 * A text that is the same for two values exactly when they are equal, to compare values and to show them.
 *
 * It is JSON with sorted names for plain values, and EDN for the others. What a program may have and no file, bytes and
 * undefined, has its own text.
 *
 * @throws TypeError for an object of another class, such as a Date: nothing in it can be compared.
 */
export function canonical(value: Value): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return numberText(value);
    case "object":
      if (value === null) return "null";
      if (value instanceof EdnValue) return value.text;
      if (isList(value)) return `[${Array.from(value, canonical).join(",")}]`;
      return objectText(value);
    default:
      return String(value);
  }
}

function objectText(value: ValueRecord): string {
  if (ArrayBuffer.isView(value)) return bytesText(value);
  if (!isPlainRecord(value))
    throw new TypeError(
      `an object of the class ${value.constructor.name} is no value of a history`,
    );
  const names = Object.keys(value).toSorted();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name] as Value)}`).join(",")}}`;
}

function bytesText({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return `bytes[${new Uint8Array(buffer, byteOffset, byteLength).join()}]`;
}

function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (Number.isNaN(value)) return "##NaN";
  if (!Number.isFinite(value)) return value > 0 ? "##Inf" : "##-Inf";
  // The text of a larger integer is rounded, or has an exponent. A bigint of the same value has all digits.
  return String(Number.isInteger(value) ? BigInt(value) : value);
}

/** Whether two values are equal as data. */
export function sameValue(one: Value, other: Value): boolean {
  if (one === other) return true;
  // Only values with parts can be equal without being the same.
  if (typeof one !== "object" || typeof other !== "object") return false;
  return canonical(one) === canonical(other);
}

/** Whether a value is a list. `Array.isArray` alone loses the type of the elements. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
