import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import {
  keyPrefix,
  booleanOutputOf,
  itemsOutputOf,
  keyOf,
  itemsOf,
  outputOf,
  unknownFunction,
} from "./operation-fields.ts";

/** A request to a set. Keys and values are canonical texts. */
export type SetInput =
  /** Reads all values. */
  | { readonly type: "read"; readonly key: string }
  /** Adds, removes or looks up one value. */
  | { readonly type: "add" | "remove" | "contains"; readonly key: string; readonly value: string };

/** The values that a read returned, as a sorted text; for the others true, false, or null when not reported. */
export type SetOutput = string | boolean | null;

/**
 * A set, or several sets with different keys: `add` and `remove` a value, `contains` returns whether it is in the set,
 * `read` returns all values in any order.
 *
 * If `add` or `remove` returns true or false, that must be whether it changed the set; any other output is ignored. The
 * state is the sorted list of the values' canonical texts. An initial value is a list or a set.
 */
export const set: FileModel<readonly string[], SetInput, SetOutput> = {
  name: "set",
  init: [],
  initial: (value) => inOrder([...new Set(itemsOf("set", value).map(canonical))]),

  step(state, input, output) {
    if (input.type === "read") {
      return output === undefined || output === textOf(state) ? state : undefined;
    }
    const at = placeOf(state, input.value);
    const isThere = state[at] === input.value;
    const expected = input.type === "add" ? !isThere : isThere;
    if (typeof output === "boolean" && output !== expected) return undefined;
    if (input.type === "contains" || !expected) return state;
    return input.type === "add" ? state.toSpliced(at, 0, input.value) : state.toSpliced(at, 1);
  },

  key: textOf,
  partition: ({ key }) => key,
  readOnly: ({ type }, output) => type === "read" || type === "contains" || output === false,

  describe(input, output) {
    const result = output === undefined ? " -> ?" : output === null ? "" : ` -> ${output}`;
    const value = input.type === "read" ? "" : ` ${input.value}`;
    return `${keyPrefix(input.key)}${input.type}${value}${result}`;
  },

  describeState: textOf,

  interpret(operation) {
    const { f, value } = operation.input;
    const key = keyOf(operation);
    switch (f) {
      case "read": {
        const values = itemsOutputOf(operation);
        const output = values === undefined ? undefined : textOf(inOrder(values.map(canonical)));
        return { input: { type: "read", key }, output };
      }
      case "contains": {
        const input = { type: f, key, value: canonical(value) } as const;
        return { input, output: booleanOutputOf(operation) };
      }
      case "add":
      case "remove": {
        const input = { type: f, key, value: canonical(value) } as const;
        const output = outputOf(operation);
        // Jepsen repeats the value as the output. That is no answer, even when the value is true or false.
        const isAnswer = typeof output === "boolean" && typeof value !== "boolean";
        return { input, output: isAnswer || output === undefined ? output : null };
      }
      default:
        return unknownFunction("set", f, "add, remove, contains, read");
    }
  },
};

function textOf(values: readonly string[]): string {
  return `{${values.join(", ")}}`;
}

function inOrder(values: readonly string[]): readonly string[] {
  return values.toSorted((one, other) => (one < other ? -1 : 1));
}

/** The position of a value in a sorted list, or where it would be inserted. */
function placeOf(values: readonly string[], value: string): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
