import { Buffer } from "#platform";
import { canonical, sameValue, type Value } from "../../history/value.ts";
import { InterpretError, type FileModel } from "../model.ts";
import { accessOf, distinctionsIn, type KeyValueInput } from "./key-value-access.ts";
import {
  keyPrefix,
  booleanOutputOf,
  keyOf,
  outputOf,
  pairOf,
  unknownFunction,
} from "./operation-fields.ts";
import { textRanks } from "./text-ranks.ts";

const KEYS =
  'give it one, as :key in EDN or "key" in JSON lines, or read values that are [key value] with --independent';
const NAMES = "get, put, append, delete, cas (or read, write, compareAndSet)";

/**
 * A key-value store like Kontiki's own state machine. Each key is judged separately.
 *
 * `get` returns the value, null for an absent one. `put` sets it. `append` appends to a text; an absent one counts as
 * empty. `delete` removes it. `cas` (with `[expected, new]`) sets it if the current value is the expected one, null for
 * absent. If `delete` or `cas` returns true or false, that must be whether it found a value, or the expected value. If
 * `append` returns a number, it must be the new length in bytes of UTF-8.
 *
 * The state of a key is its value; null when it has none, as before all operations if no initial value is given. A store
 * whose texts are empty before they are written begins with the initial value "".
 */
export const keyValue: FileModel<Value, KeyValueInput, Value> = {
  name: "key-value",
  init: null,
  initial: (value) => value,
  step,
  key: canonical,
  partition: ({ key }) => key,
  readOnly: ({ type }, output) =>
    type === "get" || ((type === "cas" || type === "delete") && output === false),
  overwrites: ({ type }, output) =>
    type === "put" || (type === "delete" && typeof output !== "boolean"),

  rank: (operations) => textRanks(operations.map(accessOf)),
  distinctions: distinctionsIn,

  describe(input, output) {
    return keyPrefix(input.key) + callText(input, output === undefined ? "?" : canonical(output));
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
      return output === undefined || sameValue(state, output) ? state : undefined;
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

function callText(input: KeyValueInput, result: string): string {
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
  if (key === "") throw new InterpretError(`${f} has no key: ${KEYS}`);
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
      throw new InterpretError(`append needs a string, not ${canonical(value)}`);
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
