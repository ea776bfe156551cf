import type { ModelName, Operation, Value } from "@kontiki/testing";
import fc from "fast-check";
import type { Asked } from "./operations.ts";

/** A request and its client. */
export type Question = { readonly process: string; readonly asked: Asked };

/** A simple implementation of an object, used by one client at a time. It shares no code with the models. */
export interface Reference {
  /** Possible requests. They use few values, so that operations interact. */
  readonly question: fc.Arbitrary<Asked>;
  /** Possible outputs of `f` with this argument, right or wrong. */
  readonly answer: (f: string, argument?: Value) => fc.Arbitrary<Value>;
  /** Makes a new object, as a function from requests to answers. */
  readonly make: () => (question: Question) => Value;
}

const value = fc.integer({ min: 0, max: 2 });
const pair = fc.tuple(value, value);
const nothing = fc.constant<Value>(null);
const maybe = fc.option(value, { nil: null });

const ask = (f: string, argument: fc.Arbitrary<Value> = fc.constant(null)): fc.Arbitrary<Asked> =>
  argument.map((given) => [f, given]);

const byNumber = (one: number, other: number): number => one - other;

/** Transactions of one to three reads and writes of two objects. The answer has what each read; null if nothing was written. */
function transactions(
  write: string,
  read: fc.Arbitrary<Value>,
  change: (before: Value, value: Value) => Value,
): Reference {
  const key = fc.constantFrom("x", "y");
  const part = fc.oneof(
    fc.tuple(fc.constant("r"), key, nothing),
    fc.tuple(fc.constant(write), key, value),
  );
  const answerTo = ([
    name = null,
    of = null,
    given = null,
  ]: readonly Value[]): fc.Arbitrary<Value> =>
    name === "r" ? read.map((found) => [name, of, found]) : fc.constant([name, of, given]);
  return {
    question: ask("txn", fc.array(part, { minLength: 1, maxLength: 3 })),
    answer: (_f, parts = null) => fc.tuple(...(parts as readonly Value[][]).map(answerTo)),
    make() {
      const objects = new Map<Value, Value>();
      return ({ asked: [, parts = null] }) =>
        (parts as readonly Value[][]).map(([name = null, of = null, given = null]): Value => {
          const before = objects.get(of) ?? null;
          if (name === "r") return [name, of, before];
          objects.set(of, change(before, given));
          return [name, of, given];
        });
    },
  };
}

/** A reference for each model. */
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
    // A read returns the sorted values, so that they can be compared as a list.
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
  "txn-register": transactions("w", maybe, (_before, given) => given),
  "txn-list-append": transactions(
    "append",
    fc.option(fc.array(value, { minLength: 1, maxLength: 3 }), { nil: null }),
    (before, given) => [...((before ?? []) as readonly Value[]), given],
  ),
};

/** The request of an operation. */
export function questionOf({ process, input }: Operation): Question {
  const { f, value: argument, key } = input;
  return { process, asked: key === undefined ? [f, argument] : [f, argument, key] };
}

/** Whether the output of an operation is possible when the reference returns `answer`. */
export function explains(operation: Operation, answer: Value): boolean {
  if (operation.status !== "ok") return true;
  const { f } = operation.input;
  const { output } = operation;
  // The models ignore these outputs, as documented.
  if (f === "write" || f === "put" || f === "enqueue") return true;
  if (f === "append" && (answer === null || typeof output !== "number")) return true;
  if ((f === "add" || f === "remove" || f === "delete") && typeof output !== "boolean") return true;
  return JSON.stringify(output) === JSON.stringify(answer);
}
