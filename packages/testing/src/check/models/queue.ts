import { canonical, type Value } from "../../history/value.ts";
import { InterpretError, type FileModel } from "../model.ts";
import { keyPrefix, keyOf, listOf, outputOf, unknownFunction } from "./operation-fields.ts";
import {
  dequeued,
  EMPTY_QUEUE,
  enqueued,
  queueKey,
  sameQueue,
  valuesOfQueue,
  type ValueQueue,
} from "./value-queue.ts";

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
export const queue: FileModel<ValueQueue, QueueInput, QueueOutput> = {
  name: "queue",
  init: EMPTY_QUEUE,
  initial: (value) => listOf("queue", value).map(heldOf).reduce(enqueued, EMPTY_QUEUE),

  step(state, input, output) {
    if (input.type === "enqueue") return enqueued(state, input.value);
    const taken = dequeued(state);
    if (output !== undefined && output !== (taken?.value ?? EMPTY)) return undefined;
    return taken?.rest ?? state;
  },

  key: queueKey,
  same: sameQueue,
  partition: ({ key }) => key,
  readOnly: ({ type }, output) => type === "dequeue" && output === EMPTY,

  commute(one, other) {
    // A value that leaves is not the one that comes: it was there before, or the queue was empty and neither order is legal.
    const isApart = (comes: typeof one, leaves: typeof one): boolean =>
      comes.input.type === "enqueue" &&
      leaves.input.type === "dequeue" &&
      leaves.output !== undefined &&
      leaves.output !== EMPTY &&
      leaves.output !== comes.input.value;
    return isApart(one, other) || isApart(other, one);
  },

  rank(operations) {
    // Values leave in the order in which they came: a value that is dequeued early was enqueued early.
    const turns = new Map<string, number[]>();
    let turn = 0;
    const ranks = operations.map(({ input, output }) => {
      if (input.type === "enqueue" || typeof output !== "string" || output === EMPTY) return 0;
      turn += 2;
      const same = turns.get(output);
      if (same === undefined) turns.set(output, [turn]);
      else same.push(turn);
      return turn + 1;
    });
    for (const same of turns.values()) same.reverse();
    return operations.map(({ input }, at) =>
      input.type === "enqueue" ? (turns.get(input.value)?.pop() ?? Infinity) : (ranks[at] ?? 0),
    );
  },

  describe(input, output) {
    if (input.type === "enqueue") return `${keyPrefix(input.key)}enqueue ${input.value}`;
    return `${keyPrefix(input.key)}dequeue -> ${output ?? "?"}`;
  },

  describeState: (state) => `[${valuesOfQueue(state).join(",")}]`,

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
