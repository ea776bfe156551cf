import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import {
  about,
  booleanOutputOf,
  keyOf,
  listOutputOf,
  outputOf,
  unknownFunction,
} from "./spoken.ts";

/** What a set is asked. Keys and values are in their canonical text. */
export type SetInput =
  /** All values. */
  | { readonly type: "read"; readonly key: string }
  /** One value. */
  | { readonly type: "add" | "remove" | "contains"; readonly key: string; readonly value: string };

/** What a read returned, in order and as text; whether the value is or was in the set; null for "not told". */
export type SetOutput = string | boolean | null;

/**
 * A set, or several of them told apart by `key`: `add` and `remove` a value, `contains` returns whether
 * it is there, `read` returns all values in any order.
 *
 * Where `add` and `remove` return true or false, that must be whether they changed the set; any other
 * output of theirs is not looked at. The state is the values' canonical texts in order.
 */
export const set: FileModel<readonly string[], SetInput, SetOutput> = {
  name: "set",
  init: [],

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
    return `${about(input.key)}${input.type}${value}${result}`;
  },

  describeState: textOf,

  interpret(operation) {
    const { f, value } = operation.input;
    const key = keyOf(operation);
    switch (f) {
      case "read": {
        const values = listOutputOf(operation);
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
        // Jepsen repeats the value as the output, which is no answer even if it is true or false.
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

/** Where a value is in a list that is in order, or would be. */
function placeOf(values: readonly string[], value: string): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
