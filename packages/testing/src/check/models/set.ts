import { isOfJepsen } from "../../history/reading.ts";
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
import { setRanks } from "./set-ranks.ts";
import {
  hasText,
  hasValue,
  listsValue,
  sameSet,
  setKey,
  setOf,
  setText,
  shownText,
  valuesOf,
  withoutValue,
  withValue,
  type SetText,
  type ValueSet,
} from "./value-set.ts";

/** A request to a set. Keys and values are canonical texts. */
export type SetInput =
  /** Reads all values. */
  | { readonly type: "read"; readonly key: string }
  /** Adds, removes or looks up one value. */
  | { readonly type: "add" | "remove" | "contains"; readonly key: string; readonly value: string };

/** The values that a read returned; for the others true, false, or null when not reported. */
export type SetOutput = SetText | boolean | null;

/** The values in a set. */
export type SetState = { readonly values: ValueSet };

/**
 * A set, or several sets with different keys: `add` and `remove` a value, `contains` returns whether it is in the set,
 * `read` returns all values in any order, null for none.
 *
 * If `add` or `remove` returns true or false, that must be whether it changed the set; any other output is ignored. An
 * initial value is a list or a set.
 */
export const set: FileModel<SetState, SetInput, SetOutput> = {
  name: "set",
  init: { values: undefined },
  initial: (value) => ({ values: setOf(itemsOf("set", value).map(canonical)) }),

  step(state, input, output) {
    const { values } = state;
    if (input.type === "read") {
      const isSeen = typeof output === "object" && output !== null;
      return !isSeen || hasText(values, output) ? state : undefined;
    }
    const isThere = hasValue(values, input.value);
    const expected = input.type === "add" ? !isThere : isThere;
    if (typeof output === "boolean" && output !== expected) return undefined;
    if (input.type === "contains" || !expected) return state;
    const change = input.type === "add" ? withValue : withoutValue;
    return { values: change(values, input.value) };
  },

  key: ({ values }) => setKey(values),
  same: (one, other) => sameSet(one.values, other.values),
  partition: ({ key }) => key,
  readOnly: ({ type }, output) => type === "read" || type === "contains" || output === false,

  canWait({ input: one }, { input: other, output }, { values }) {
    if (one.type === "read") return false;
    if (other.type !== "read") return one.value !== other.value;
    // A change of a value that the read finds as it is would have to be undone before the read: both can come after it.
    const isRead = typeof output === "object" && output !== null;
    return isRead && hasValue(values, one.value) === listsValue(output, one.value);
  },

  rank: (operations) =>
    setRanks(
      operations.map(({ input, output, call, return: end }) => ({
        call,
        return: end,
        change: changeOf(input.type, output),
        value: input.type === "read" ? undefined : input.value,
        read: typeof output === "object" && output !== null ? output : undefined,
      })),
    ),

  describe(input, output) {
    const value = input.type === "read" ? "" : ` ${input.value}`;
    return `${keyPrefix(input.key)}${input.type}${value}${outputText(output)}`;
  },

  describeState: ({ values }) => shownText(setText(valuesOf(values))),

  interpret(operation, reading) {
    const { f, value } = operation.input;
    const key = keyOf(operation);
    switch (f) {
      case "read": {
        const values = itemsOutputOf(operation);
        const output = values === undefined ? undefined : setText(values.map(canonical));
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
        const isRepeated = isOfJepsen(reading) && typeof value === "boolean";
        const isAnswer = typeof output === "boolean" && !isRepeated;
        return { input, output: isAnswer || output === undefined ? output : null };
      }
      default:
        return unknownFunction("set", f, "add, remove, contains, read");
    }
  },
};

function outputText(output: SetOutput | undefined): string {
  if (output === undefined) return " -> ?";
  if (output === null) return "";
  return ` -> ${typeof output === "object" ? shownText(output) : output}`;
}

/** What an operation can change; undefined when it is known to have changed nothing. */
function changeOf(
  type: SetInput["type"],
  output: SetOutput | undefined,
): "add" | "remove" | undefined {
  return (type === "add" || type === "remove") && output !== false ? type : undefined;
}
