import { canonical, sameValue, type Value } from "../../history/value.ts";
import { InterpretError, type FileModel } from "../model.ts";
import { about, booleanOutputOf, keyOf, outputOf, pairOf, unknownFunction } from "./spoken.ts";

/** What a store is asked about one key, which is in its canonical text. */
export type KeyValueInput =
  /** The value, or its removal. */
  | { readonly type: "get" | "delete"; readonly key: string }
  /** A new value. */
  | { readonly type: "put"; readonly key: string; readonly value: Value }
  /** A longer text. */
  | { readonly type: "append"; readonly key: string; readonly value: string }
  /** A new value in place of an expected one. */
  | { readonly type: "cas"; readonly key: string; readonly from: Value; readonly to: Value };

const NAMES = "get, put, append, delete, cas (or read, write, compareAndSet)";

/**
 * A store of values by key, as Kontiki's own state machine is; each key is judged for itself.
 *
 * `get` returns the value, null when there is none; `put` sets it; `append` makes a text longer, an
 * absent one counts as empty; `delete` removes it, `cas` (with `[expected, new]`) sets it if it is what
 * is expected, null for absent. Where `delete` and `cas` return true or false, that must be whether they
 * found what they need; where `append` returns a number, it must be the new length in bytes of UTF-8.
 *
 * The state of a key is its value, null while it has none. There are stores that read an absent text
 * as an empty one: that is taken as right.
 */
export const keyValue: FileModel<Value, KeyValueInput, Value> = {
  name: "key-value",
  init: null,
  step,
  key: canonical,
  partition: ({ key }) => key,
  readOnly: ({ type }, output) => type === "get" || (type === "cas" && output === false),

  describe(input, output) {
    return about(input.key) + words(input, output === undefined ? "?" : canonical(output));
  },

  describeState: canonical,

  interpret(operation) {
    return { input: inputOf(operation), output: output(operation) };
  },
};

type Recorded = Parameters<typeof keyValue.interpret>[0];

function step(state: Value, input: KeyValueInput, output: Value | undefined): Value | undefined {
  switch (input.type) {
    case "get":
      return output === undefined || reads(state, output) ? state : undefined;
    case "put":
      return input.value;
    case "append": {
      if (state !== null && typeof state !== "string") return undefined;
      const longer = (state ?? "") + input.value;
      return typeof output !== "number" || output === Buffer.byteLength(longer)
        ? longer
        : undefined;
    }
    case "delete":
      return typeof output !== "boolean" || output === (state !== null) ? null : undefined;
    case "cas": {
      const matches = sameValue(state, input.from);
      if (typeof output === "boolean" && output !== matches) return undefined;
      return matches ? input.to : state;
    }
  }
}

function reads(state: Value, output: Value): boolean {
  return sameValue(state, output) || (state === null && output === "");
}

function words(input: KeyValueInput, result: string): string {
  switch (input.type) {
    case "get":
      return `get -> ${result}`;
    case "put":
      return `put ${canonical(input.value)}`;
    case "append":
      return `append ${canonical(input.value)}`;
    case "delete":
      return `delete -> ${result}`;
    case "cas":
      return `cas ${canonical(input.from)} to ${canonical(input.to)} -> ${result}`;
  }
}

function inputOf(operation: Recorded): KeyValueInput {
  const { f, value } = operation.input;
  const key = keyOf(operation);
  if (key === "") throw new InterpretError(`${f} names no key`);
  switch (f) {
    case "get":
    case "read":
      return { type: "get", key };
    case "put":
    case "write":
      return { type: "put", key, value };
    case "delete":
      return { type: "delete", key };
    case "append":
      if (typeof value === "string") return { type: "append", key, value };
      throw new InterpretError(`append needs a text, not ${canonical(value)}`);
    case "cas":
    case "compareAndSet": {
      const [from, to] = pairOf(operation);
      return { type: "cas", key, from, to };
    }
    default:
      return unknownFunction("key-value", f, NAMES);
  }
}

function output(operation: Recorded): Value | undefined {
  const { f } = operation.input;
  return f === "cas" || f === "compareAndSet" ? booleanOutputOf(operation) : outputOf(operation);
}
