import { itemTexts } from "../../history/item-texts.ts";
import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import { keyPrefix, keyOf, listOf, listOutputOf, unknownFunction } from "./operation-fields.ts";

/** A request to a list. Keys and values are canonical texts. */
export type ListAppendInput =
  /** Reads the whole list. */
  | { readonly type: "read"; readonly key: string }
  /** Appends a value. */
  | { readonly type: "append"; readonly key: string; readonly value: string };

/** The list that a read returned, as a canonical text; null for an append. */
export type ListAppendOutput = string | null;

/**
 * A list that only grows, or several lists with different keys: `append` adds a value at the end, `read` returns the whole
 * list. So a read shows the order of all earlier appends. An initial value is a list.
 *
 * The state is the canonical text of the list without the closing bracket.
 */
export const listAppend: FileModel<string, ListAppendInput, ListAppendOutput> = {
  name: "list-append",
  init: "[",
  initial: (value) => canonical(listOf("list-append", value)).slice(0, -1),

  step(state, input, output) {
    if (input.type === "append") return `${state}${state === "[" ? "" : ","}${input.value}`;
    // Comparing the lengths first is fast: it does not join the parts of the state's text.
    if (typeof output !== "string") return state;
    return output.length === state.length + 1 && output === `${state}]` ? state : undefined;
  },

  key: (state) => state,
  partition: ({ key }) => key,
  readOnly: ({ type }) => type === "read",

  rank(operations) {
    // The longest read shows the order of its values. Values that no read has seen come last.
    const longest = operations.reduce(
      (most, { output }) =>
        typeof output === "string" && output.length > most.length ? output : most,
      "[]",
    );
    const places = new Map<string, number>();
    for (const [at, value] of itemTexts(longest).entries()) places.set(value, at + 1);
    return operations.map(({ input, output }) =>
      input.type === "append" ? (places.get(input.value) ?? Infinity) : lengthOf(output),
    );
  },

  describe(input, output) {
    if (input.type === "append") return `${keyPrefix(input.key)}append ${input.value}`;
    return `${keyPrefix(input.key)}read -> ${output ?? "?"}`;
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

/** The number of values in a list: this many appends come before the read. */
function lengthOf(list: ListAppendOutput | undefined): number {
  return typeof list === "string" ? itemTexts(list).length : 0;
}
