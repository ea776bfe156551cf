import { canonical, type Value } from "../../history/value.ts";
import { InterpretError, type FileModel } from "../model.ts";
import { keyPrefix, keyOf, listOf, outputOf, unknownFunction } from "./operation-fields.ts";

/** A request to a queue. Keys and values are canonical texts. */
export type QueueInput =
  /** Takes the first value. */
  | { readonly type: "dequeue"; readonly key: string }
  /** Adds a value at the end. */
  | { readonly type: "enqueue"; readonly key: string; readonly value: string };

/** The value that a dequeue took, as a canonical text, "null" when the queue was empty; null for an enqueue. */
export type QueueOutput = string | null;

const EMPTY = "null";

/**
 * A first-in, first-out queue, or several queues with different keys: `enqueue` adds a value at the end, `dequeue` takes
 * the first one and returns it, null when there is none. An initial value is a list, its first value to be taken first.
 */
export const queue: FileModel<readonly string[], QueueInput, QueueOutput> = {
  name: "queue",
  init: [],
  initial: (value) => listOf("queue", value).map(heldOf),

  step(state, input, output) {
    if (input.type === "enqueue") return [...state, input.value];
    const first = state[0] ?? EMPTY;
    if (output !== undefined && output !== first) return undefined;
    return state.length === 0 ? state : state.slice(1);
  },

  key: (state) => state.join(),
  partition: ({ key }) => key,
  readOnly: ({ type }, output) => type === "dequeue" && output === EMPTY,

  rank(operations) {
    // Values leave in the order in which they came: a value that is dequeued early was enqueued early.
    const turns = new Map<string, number[]>();
    let turn = 0;
    const ranks = operations.map(({ input, output }) => {
      if (input.type === "enqueue" || typeof output !== "string" || output === EMPTY) return 0;
      turn += 2;
      turns.set(output, [...(turns.get(output) ?? []), turn]);
      return turn + 1;
    });
    return operations.map(({ input }, at) =>
      input.type === "enqueue" ? (turns.get(input.value)?.shift() ?? Infinity) : (ranks[at] ?? 0),
    );
  },

  describe(input, output) {
    if (input.type === "enqueue") return `${keyPrefix(input.key)}enqueue ${input.value}`;
    return `${keyPrefix(input.key)}dequeue -> ${output ?? "?"}`;
  },

  describeState: (state) => `[${state.join(",")}]`,

  interpret(operation) {
    const { f, value } = operation.input;
    const key = keyOf(operation);
    switch (f) {
      case "enqueue":
        return { input: { type: "enqueue", key, value: heldOf(value) }, output: null };
      case "dequeue": {
        const output = outputOf(operation);
        const taken = output === undefined ? undefined : canonical(output);
        return { input: { type: "dequeue", key }, output: taken };
      }
      default:
        return unknownFunction("queue", f, "enqueue, dequeue");
    }
  },
};

function heldOf(value: Value): string {
  if (value === null) throw new InterpretError("a queue cannot hold null, which means empty");
  return canonical(value);
}
