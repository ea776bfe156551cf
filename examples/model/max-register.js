import { canonical, InterpretError } from "@kontiki/testing";

/**
 * What a max-register is asked: `write` offers a number, and `read` returns the highest that was written. A high score is
 * one.
 *
 * @typedef {{ readonly key: string, readonly write: number | undefined }} Input
 * @typedef {number | null} Output the number that a read returned, null for a write
 */

/**
 * The sequential specification. The checker looks for an order of the operations that it can explain. All functions must
 * be pure: the search tries many orders, and returns to old states.
 *
 * @type {import("@kontiki/testing").FileModel<number, Input, Output>}
 */
const maxRegister = {
  name: "max-register",
  init: 0,

  /** The next state; undefined when the operation cannot have returned `output`, which is undefined when no client heard it. */
  step(highest, { write }, output) {
    if (write !== undefined) return Math.max(highest, write);
    return output === undefined || output === highest ? highest : undefined;
  },

  /** Equal for two states that no later operation can tell apart. */
  key: (highest) => highest,

  /** Each register is judged for itself, which makes the search much shorter. */
  partition: ({ key }) => key,

  describe({ key, write }, output) {
    return write === undefined ? `${key}: read -> ${output ?? "?"}` : `${key}: write ${write}`;
  },

  describeState: (highest) => `highest is ${highest}`,

  /** Reads an operation of a file, and refuses what the model does not know. */
  interpret({ input, ...operation }) {
    const { f, key, value } = input;
    if (typeof key !== "string") throw new InterpretError(`"key" must name the register of a ${f}`);
    if (f === "write") return { input: { key, write: numberIn(value) }, output: null };
    if (f !== "read") throw new InterpretError(`no operation "${f}": there are write and read`);
    const output = operation.status === "ok" ? numberIn(operation.output) : undefined;
    return { input: { key, write: undefined }, output };
  },
};

export default maxRegister;

/** @param {import("@kontiki/testing").Value} value */
function numberIn(value) {
  if (typeof value === "number") return value;
  throw new InterpretError(`${canonical(value)} is no number`);
}
