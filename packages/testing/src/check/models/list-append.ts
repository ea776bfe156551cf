import { itemTexts } from "../../history/item-texts.ts";
import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import { keyPrefix, keyOf, listOf, listOutputOf, unknownFunction } from "./operation-fields.ts";
import {
  appended,
  EMPTY_LIST,
  hasText,
  listKey,
  listText,
  sameList,
  valuesIn,
  type ListText,
  type ValueList,
} from "./value-list.ts";

/** A request to a list. Keys and values are canonical texts. */
export type ListAppendInput =
  /** Reads the whole list. */
  | { readonly type: "read"; readonly key: string }
  /** Appends a value. */
  | { readonly type: "append"; readonly key: string; readonly value: string };

/** The list that a read returned; null for an append. */
export type ListAppendOutput = ListText | null;

/**
 * A list that only grows, or several lists with different keys: `append` adds a value at the end, `read` returns the whole
 * list. So a read shows the order of all earlier appends. A read of null found the empty list. An initial value is a list.
 */
export const listAppend: FileModel<ValueList, ListAppendInput, ListAppendOutput> = {
  name: "list-append",
  init: EMPTY_LIST,
  initial: (value) =>
    listOf("list-append", value)
      .map((one) => canonical(one))
      .reduce(appended, EMPTY_LIST),

  step(state, input, output) {
    if (input.type === "append") return appended(state, input.value);
    return output === undefined || output === null || hasText(state, output) ? state : undefined;
  },

  key: listKey,
  same: sameList,
  partition: ({ key }) => key,
  readOnly: ({ type }) => type === "read",

  rank(operations) {
    // The longest read shows the order of its values. Values that no read has seen come last.
    const longest = operations.reduce(
      (most, { output }) =>
        output !== undefined && lengthOf(output) > lengthOf(most) ? output : most,
      null as ListAppendOutput,
    );
    const places = new Map<string, number>();
    const values = itemTexts(longest?.text ?? "[]");
    for (const [at, value] of values.entries()) places.set(value, at + 1);
    return operations.map(({ input, output }) =>
      input.type === "append" ? (places.get(input.value) ?? Number.MAX_VALUE) : lengthOf(output),
    );
  },

  describe(input, output) {
    if (input.type === "append") return `${keyPrefix(input.key)}append ${input.value}`;
    return `${keyPrefix(input.key)}read -> ${output?.text ?? "?"}`;
  },

  describeState: (state) => listText(valuesIn(state)).text,

  interpret(operation) {
    const { f, value } = operation.input;
    const key = keyOf(operation);
    switch (f) {
      case "append":
        return { input: { type: "append", key, value: canonical(value) }, output: null };
      case "read": {
        const list = listOutputOf(operation);
        const output = list === undefined ? undefined : listText(list.map(canonical));
        return { input: { type: "read", key }, output };
      }
      default:
        return unknownFunction("list-append", f, "append, read");
    }
  },
};

/** The number of values in a list: this many appends come before the read. */
function lengthOf(list: ListAppendOutput | undefined): number {
  return list?.length ?? 0;
}
