import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import {
  keyPrefix,
  booleanOutputOf,
  keyOf,
  outputOf,
  pairOf,
  unknownFunction,
} from "./operation-fields.ts";
import { valueRanks } from "./value-ranks.ts";

/** A request to a register. Keys and values are canonical texts, so that `===` compares them. */
export type RegisterInput =
  /** Reads the value. */
  | { readonly type: "read"; readonly key: string }
  /** Sets the value. */
  | { readonly type: "write"; readonly key: string; readonly value: string }
  /** Replaces an expected value. */
  | { readonly type: "cas"; readonly key: string; readonly from: string; readonly to: string };

/** The value that a read returned, as a canonical text; whether a compare-and-set matched; null for a write. */
export type RegisterOutput = string | boolean | null;

const ABSENT = "null";

/**
 * A register, or several registers with different keys: `read` returns the value, `write` sets it, `cas` sets it if the
 * current value is the expected one and returns whether it was. The initial value is null if no other is given.
 */
export const register: FileModel<string, RegisterInput, RegisterOutput> = {
  name: "register",
  init: ABSENT,
  initial: canonical,

  step(state, input, output) {
    switch (input.type) {
      case "read":
        return output === undefined || output === state ? state : undefined;
      case "write":
        return input.value;
      case "cas":
        if (output !== undefined && output !== (state === input.from)) return undefined;
        return state === input.from ? input.to : state;
    }
  },

  key: (state) => state,
  partition: ({ key }) => key,
  readOnly: ({ type }, output) => type === "read" || (type === "cas" && output === false),
  overwrites: ({ type }) => type === "write",

  rank(operations) {
    return valueRanks(
      operations.map(({ input, output, call, return: end }) => ({
        call,
        return: end,
        wrote: input.type === "write" ? input.value : undefined,
        found: input.type === "read" && typeof output === "string" ? output : undefined,
      })),
    );
  },

  describe(input, output) {
    const result = output === undefined ? "?" : String(output);
    switch (input.type) {
      case "read":
        return `${keyPrefix(input.key)}read -> ${result}`;
      case "write":
        return `${keyPrefix(input.key)}write ${input.value}`;
      case "cas":
        return `${keyPrefix(input.key)}cas ${input.from} to ${input.to} -> ${result}`;
    }
  },

  describeState: (state) => state,

  interpret(operation) {
    const { f, value } = operation.input;
    const key = keyOf(operation);
    switch (f) {
      case "read": {
        const output = outputOf(operation);
        const read = output === undefined ? undefined : canonical(output);
        return { input: { type: "read", key }, output: read };
      }
      case "write":
        return { input: { type: "write", key, value: canonical(value) }, output: null };
      case "cas": {
        const [from, to] = pairOf(operation);
        const input = { type: "cas", key, from: canonical(from), to: canonical(to) } as const;
        return { input, output: booleanOutputOf(operation) };
      }
      default:
        return unknownFunction("register", f, "read, write, cas");
    }
  },
};
