import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import { about, keyOf, listOutputOf, unknownFunction } from "./spoken.ts";

/** What a list is asked. */
export type ListAppendInput = { readonly key: string } & (
  { readonly type: "read" } | { readonly type: "append"; readonly value: string }
);

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
