import type { ModelName, Operation, Value } from "@kontiki/testing";
import fc from "fast-check";
import type { Asked } from "./operations.ts";

/** What a client asks, and of whom it comes. */
export type Question = { readonly process: string; readonly asked: Asked };

/** An object in the plainest of code, used by one client at a time. It shares nothing with the models. */
export interface Reference {
  /** What can be asked. Few values, so that operations meet. */
  readonly question: fc.Arbitrary<Asked>;
  /** What `f` could return, rightly or not. */
  readonly answer: (f: string) => fc.Arbitrary<Value>;
  /** A new object, as a function that is asked and answers. */
  readonly make: () => (question: Question) => Value;
}

const value = fc.integer({ min: 0, max: 2 });
const pair = fc.tuple(value, value);
const nothing = fc.constant<Value>(null);
const maybe = fc.option(value, { nil: null });

const ask = (f: string, argument: fc.Arbitrary<Value> = fc.constant(null)): fc.Arbitrary<Asked> =>
  argument.map((given) => [f, given]);

const byNumber = (one: number, other: number): number => one - other;

/** One for each model. */
export const references: Readonly<Record<ModelName, Reference>> = {
  register: {
    question: fc.oneof(ask("read"), ask("write", value), ask("cas", pair)),
    answer: (f) => (f === "read" ? maybe : f === "cas" ? fc.boolean() : nothing),
    make() {
      let state: Value = null;
      return ({ asked: [f, argument] }) => {
        if (f === "read") return state;
        const [from, to] = f === "cas" ? (argument as [number, number]) : [state, argument ?? null];
        if (state !== from) return false;
        state = to;
        return f === "cas" ? true : null;
      };
    },
  },
  "key-value": {
    question: fc
      .tuple(
        fc.oneof(
          ask("get"),
          ask("put", value.map(String)),
          ask("append", value.map(String)),
          ask("delete"),
          ask("cas", fc.tuple(value.map(String), value.map(String))),
        ),
        fc.constantFrom("x", "y"),
      )
      .map(([[f, argument = null], key]) => [f, argument, key]),
    answer(f) {
      if (f === "get") return fc.constantFrom<Value>(null, "0", "1", "2", "00", "01", "10", "12");
      if (f === "append") return fc.constantFrom<Value>(null, 1, 2, 3);
      return f === "put" ? nothing : fc.boolean();
    },
    make() {
      const store = new Map<Value, string>();
      return ({ asked: [f, argument, key = null] }) => {
        const present = store.get(key);
        if (f === "get") return present ?? null;
        if (f === "delete") return store.delete(key);
        const [from, to] = f === "cas" ? (argument as [string, string]) : ["", argument as string];
        if (f === "cas" && present !== from) return false;
        store.set(key, f === "append" ? (present ?? "") + to : to);
        if (f === "append") return (store.get(key) ?? "").length;
        return f === "cas" ? true : null;
      };
    },
  },
  "list-append": {
    question: fc.oneof(ask("read"), ask("append", value)),
    answer: (f) => (f === "read" ? fc.array(value, { maxLength: 3 }) : nothing),
    make() {
      const list: Value[] = [];
      return ({ asked: [f, argument = null] }) => {
        if (f === "read") return [...list];
        list.push(argument);
        return null;
      };
    },
  },
  queue: {
    question: fc.oneof(ask("enqueue", value), ask("dequeue")),
    answer: (f) => (f === "dequeue" ? maybe : nothing),
    make() {
      const list: Value[] = [];
      return ({ asked: [f, argument = null] }) => {
        if (f === "dequeue") return list.shift() ?? null;
        list.push(argument);
        return null;
      };
    },
  },
  lock: {
    question: fc.oneof(ask("acquire"), ask("release")),
    answer: () => fc.boolean(),
    make() {
      let holder: string | undefined;
      return ({ process, asked: [f] }) => {
        if (holder !== (f === "acquire" ? undefined : process)) return false;
        holder = f === "acquire" ? process : undefined;
        return true;
      };
    },
  },
  set: {
    question: fc.oneof(
      ask("read"),
      ask("add", value),
      ask("remove", value),
      ask("contains", value),
    ),
    // A set is read in order here, so that it compares as a list.
    answer: (f) =>
      f === "read" ? fc.uniqueArray(value).map((all) => all.toSorted(byNumber)) : fc.boolean(),
    make() {
      const values = new Set<number>();
      return ({ asked: [f, given] }) => {
        const argument = Number(given);
        const isThere = values.has(argument);
        if (f === "read") return [...values].toSorted(byNumber);
        if (f === "add") values.add(argument);
        if (f === "remove") values.delete(argument);
        return f === "add" ? !isThere : isThere;
      };
    },
  },
};

/** What an operation asked. */
export function questionOf({ process, input }: Operation): Question {
  const { f, value: argument, key } = input;
  return { process, asked: key === undefined ? [f, argument] : [f, argument, key] };
}

/** Whether an operation may have returned what it did when `answer` is what the reference gives. */
export function explains(operation: Operation, answer: Value): boolean {
  if (operation.status !== "ok") return true;
  const { f } = operation.input;
  const { output } = operation;
  // Outputs that the models say they do not look at.
  if (f === "write" || f === "put" || f === "enqueue") return true;
  if (f === "append" && (answer === null || typeof output !== "number")) return true;
  if ((f === "add" || f === "remove" || f === "delete") && typeof output !== "boolean") return true;
  return JSON.stringify(output) === JSON.stringify(answer);
}
