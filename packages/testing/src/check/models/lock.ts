import { canonical } from "../../history/value.ts";
import type { FileModel } from "../model.ts";
import { about, keyOf, outputOf, unknownFunction } from "./spoken.ts";

/** What a lock is asked, and by whom. */
export type LockInput = {
  /** The lock, in its canonical text. */
  readonly key: string;
  /** To take it or to give it back. */
  readonly type: "acquire" | "release";
  /** Who asks. */
  readonly owner: string;
};

const FREE = "";

/**
 * A lock, or several of them told apart by `key`: `acquire` takes it if it is free, `release` gives it
 * back if the owner holds it. It cannot be taken twice, not even by its holder.
 *
 * The owner is the operation's value, or its process where that is null. An operation that returned
 * false was refused; any other output means that it succeeded. The state is the holder, "" for none.
 */
export const lock: FileModel<string, LockInput, boolean> = {
  name: "lock",
  init: FREE,

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
    return `${about(key)}${type} by ${owner}${result}`;
  },

  describeState: (state) => (state === FREE ? "free" : `held by ${state}`),

  interpret(operation) {
    const { f, value } = operation.input;
    if (f !== "acquire" && f !== "release") return unknownFunction("lock", f, "acquire, release");
    const owner = value === null ? operation.process : canonical(value);
    const output = outputOf(operation);
    return {
      input: { key: keyOf(operation), type: f, owner },
      output: output === undefined ? undefined : output !== false,
    };
  },
};
