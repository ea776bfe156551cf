import { canonical, type Value } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import { about, keyOf, listOutputOf, unknownFunction } from "./spoken.ts";

/** What a list is asked. Keys and values are in their canonical text. */
export type ListAppendInput =
  /** The whole list. */
  | { readonly type: "read"; readonly key: string }
  /** One more value at the end. */
  | { readonly type: "append"; readonly key: string; readonly value: string };

/** The list that a read returned in its canonical text, else null. */
export type ListAppendOutput = string | null;

/**
 * A list that only grows, or several of them told apart by `key`: `append` puts a value at the end,
 * `read` returns the whole list. A read thus tells the order of all appends before it.
 *
 * The state is the list's canonical text without the closing bracket.
 */
export const listAppend: FileModel<string, ListAppendInput, ListAppendOutput> = {
  name: "list-append",
  init: "[",

  step(state, input, output) {
    if (input.type === "append") return `${state}${state === "[" ? "" : ","}${input.value}`;
    // A length that differs is found without joining the parts of the state.
    if (typeof output !== "string") return state;
    return output.length === state.length + 1 && output === `${state}]` ? state : undefined;
  },

  key: (state) => state,
  partition: ({ key }) => key,
  readOnly: ({ type }) => type === "read",

  rank(operations) {
    // The longest read tells the order of all that it has; what no read has seen comes last.
    const longest = operations.reduce(
      (most, { output }) =>
        typeof output === "string" && output.length > most.length ? output : most,
      "[]",
    );
    const places = new Map<string, number>();
    for (const [at, value] of (JSON.parse(longest) as readonly Value[]).entries()) {
      places.set(canonical(value), at + 1);
    }
    return operations.map(({ input, output }) =>
      input.type === "append" ? (places.get(input.value) ?? Infinity) : lengthOf(output),
    );
  },

  describe(input, output) {
    if (input.type === "append") return `${about(input.key)}append ${input.value}`;
    return `${about(input.key)}read -> ${output ?? "?"}`;
  },

  describeState: (state) => `${state}]`,

  interpret(operation) {
    const { f, value } = operation.input;
    const key = keyOf(operation);
    switch (f) {
      case "append":
        return { input: { type: "append", key, value: canonical(value) }, output: null };
      case "read": {
        const list = listOutputOf(operation);
        const output = list === undefined ? undefined : canonical(list);
        return { input: { type: "read", key }, output };
      }
      default:
        return unknownFunction("list-append", f, "append, read");
    }
  },
};

/** How many values a list has, which is what has to be appended before it is read. */
function lengthOf(list: ListAppendOutput | undefined): number {
  return typeof list === "string" ? (JSON.parse(list) as readonly Value[]).length : 0;
}
