import { isOfJepsen, type Reading } from "../../history/reading.ts";
import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import { keyPrefix, keyOf, outputOf, unknownFunction } from "./operation-fields.ts";

/** A request to a lock. */
export type LockInput = {
  /** The lock, as a canonical text. */
  readonly key: string;
  /** Takes the lock or releases it. */
  readonly type: "acquire" | "release";
  /** The client that requests it, as a canonical text. */
  readonly owner: string;
};

const FREE = "";

/**
 * A lock, or several locks with different keys: `acquire` takes it if it is free, `release` frees it if the owner holds
 * it. It cannot be taken twice, not even by its holder.
 *
 * The owner is the value of the operation, or its process when the value is null: process `c1` of JSON lines is the owner "c1". An operation that returned false was
 * refused; any other output means that it succeeded. The state is the holder; "" for none. An initial value is the value of its holder, null for
 * none.
 */
export const lock: FileModel<string, LockInput, boolean> = {
  name: "lock",
  init: FREE,
  initial: (owner) => (owner === null ? FREE : canonical(owner)),

  step(state, { type, owner }, output) {
    const succeeds = state === (type === "acquire" ? FREE : owner);
    if (output !== undefined && output !== succeeds) return undefined;
    if (!succeeds) return state;
    return type === "acquire" ? owner : FREE;
  },

  key: (state) => state,
  partition: ({ key }) => key,
  readOnly: (_input, output) => output === false,

  describe({ key, type, owner }, output) {
    const result = output === undefined ? " -> ?" : output ? "" : " -> refused";
    return `${keyPrefix(key)}${type} by ${owner}${result}`;
  },

  describeState: (state) => (state === FREE ? "free" : `held by ${state}`),

  interpret(operation, reading) {
    const { f, value } = operation.input;
    if (f !== "acquire" && f !== "release") return unknownFunction("lock", f, "acquire, release");
    const owner = value === null ? processText(operation.process, reading) : canonical(value);
    const output = outputOf(operation);
    return {
      input: { key: keyOf(operation), type: f, owner },
      output: output === undefined ? undefined : output !== false,
    };
  },
};

/** The process as a value. In a Jepsen history its name is the canonical text of one, elsewhere it is a string. */
function processText(process: string, reading: Reading | undefined): string {
  return isOfJepsen(reading) ? process : canonical(process);
}
