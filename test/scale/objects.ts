import type { Chance } from "@kontiki/testing";
import { datumText, isRow, scalar, type Datum } from "./datum.ts";

/** What a client asks for. */
export type Ask = { readonly f: string; readonly key: number | undefined; readonly value: Datum };

/** What an object answers, and its state after that. States are plain data and are never changed. */
export type Reply = { readonly answer: Datum; readonly state: Datum };

/**
 * An object that one client uses at a time, written without a look at the models of the checker. All keys together are one
 * state, so nothing is judged key by key.
 */
export interface AtomicObject {
  /** The number of keys; 0 when operations have none. */
  readonly keys: number;
  /** Draws a request of few values, so that operations meet. */
  ask(chance: Chance, key: number | undefined): Ask;
  /** The state of a key before all operations. */
  readonly start: Datum;
  /** Runs a request of a process on the state of its key. */
  run(state: Datum, ask: Ask, process: string): Reply;
  /** Whether a client may get `seen` when the object answers `answer`. */
  allows(ask: Ask, answer: Datum, seen: Datum): boolean;
  /** Draws an output that may be wrong; undefined when no output of this request says anything. */
  invent(chance: Chance, ask: Ask): Datum | undefined;
}

/** The number of entries of a palette that objects use. */
export const VALUES = 4;

const drawn = (chance: Chance): Datum => scalar(chance.below(VALUES));
const drawnOrNothing = (chance: Chance): Datum => (chance.happens(0.25) ? null : drawn(chance));
const drawnList = (chance: Chance): readonly Datum[] =>
  Array.from({ length: chance.below(4) }, () => drawn(chance));
const drawnListOrNothing = (chance: Chance): Datum =>
  chance.happens(0.2) ? null : drawnList(chance);
const same = (one: Datum, other: Datum): boolean => datumText(one) === datumText(other);
const rowOf = (state: Datum): readonly Datum[] => (isRow(state) ? state : []);

const register: AtomicObject = {
  keys: 2,
  start: null,
  ask(chance, key) {
    const f = chance.pick(["read", "read", "write", "write", "cas"]) ?? "read";
    const value =
      f === "read" ? null : f === "write" ? drawn(chance) : [drawn(chance), drawn(chance)];
    return { f, key, value };
  },
  run(state, { f, value }) {
    if (f === "read") return { answer: state, state };
    if (f === "write") return { answer: null, state: value };
    const [from = null, to = null] = rowOf(value);
    return same(state, from) ? { answer: true, state: to } : { answer: false, state };
  },
  allows: ({ f }, answer, seen) => f === "write" || same(answer, seen),
  invent(chance, { f }) {
    if (f === "cas") return chance.happens(0.5);
    return f === "read" ? (chance.happens(0.2) ? null : drawn(chance)) : undefined;
  },
};

/** Values are texts here: "append" joins them. The text of an entry is its number. */
const keyValue: AtomicObject = {
  keys: 2,
  start: null,
  ask(chance, key) {
    const f = chance.pick(["get", "get", "put", "put", "append", "delete", "cas"]) ?? "get";
    if (f === "get" || f === "delete") return { f, key, value: null };
    return { f, key, value: f === "cas" ? [letters(chance), letters(chance)] : letters(chance) };
  },
  run(state, { f, value }) {
    if (f === "get") return { answer: state, state };
    if (f === "put") return { answer: null, state: value };
    if (f === "delete") return { answer: state !== null, state: null };
    if (f === "append") {
      const longer = [...rowOf(state), ...rowOf(value)];
      return { answer: longer.length, state: longer };
    }
    const [from = null, to = null] = rowOf(value);
    return same(state, from) ? { answer: true, state: to } : { answer: false, state };
  },
  allows({ f }, answer, seen) {
    if (f === "put") return true;
    if (f === "get") return same(answer, seen);
    if (f === "append") return typeof seen !== "number" || same(answer, seen);
    return typeof seen !== "boolean" || same(answer, seen);
  },
  invent(chance, { f }) {
    // An empty text is not an absent one.
    if (f === "get") return chance.pick([null, [], letters(chance), letters(chance)]) ?? null;
    if (f === "append") return 1 + chance.below(3);
    return f === "put" ? undefined : chance.happens(0.5);
  },
};

/** A text: a list of letters. */
function letters(chance: Chance): readonly Datum[] {
  return Array.from({ length: 1 + chance.below(2) }, () => scalar(chance.below(2)));
}

const listAppend: AtomicObject = {
  keys: 2,
  start: [],
  ask(chance, key) {
    return chance.happens(0.5)
      ? { f: "read", key, value: null }
      : { f: "append", key, value: drawn(chance) };
  },
  run(state, { f, value }) {
    if (f === "read") return { answer: state, state };
    return { answer: null, state: [...rowOf(state), value] };
  },
  // A read of nothing found the empty list.
  allows: ({ f }, answer, seen) => f === "append" || same(answer, seen ?? []),
  invent: (chance, { f }) => (f === "read" ? drawnListOrNothing(chance) : undefined),
};

const queue: AtomicObject = {
  keys: 2,
  start: [],
  ask(chance, key) {
    return chance.happens(0.5)
      ? { f: "dequeue", key, value: null }
      : { f: "enqueue", key, value: drawn(chance) };
  },
  run(state, { f, value }) {
    if (f === "enqueue") return { answer: null, state: [...rowOf(state), value] };
    const [first = null, ...rest] = rowOf(state);
    return { answer: first, state: rest };
  },
  allows: ({ f }, answer, seen) => f === "enqueue" || same(answer, seen),
  invent(chance, { f }) {
    if (f === "enqueue") return undefined;
    return chance.happens(0.3) ? null : drawn(chance);
  },
};

const lock: AtomicObject = {
  keys: 2,
  start: null,
  ask: (chance, key) => ({ f: chance.pick(["acquire", "release"]) ?? "acquire", key, value: null }),
  run(state, { f }, process) {
    // A process is a text here, kept as a list of one so that no scalar equals it.
    const owner = [Number(process)];
    if (f === "acquire")
      return state === null ? { answer: true, state: owner } : { answer: false, state };
    return same(state, owner) ? { answer: true, state: null } : { answer: false, state };
  },
  // Anything but false means that it succeeded.
  allows: (_ask, answer, seen) => answer === (seen !== false),
  invent: (chance) => chance.happens(0.5),
};

const set: AtomicObject = {
  keys: 2,
  start: { bag: [] },
  ask(chance, key) {
    const f = chance.pick(["read", "add", "add", "remove", "contains"]) ?? "read";
    return { f, key, value: f === "read" ? null : drawn(chance) };
  },
  run(state, { f, value }) {
    const items = bagOf(state);
    if (f === "read") return { answer: state, state };
    const isThere = items.some((item) => same(item, value));
    if (f === "contains") return { answer: isThere, state };
    if (f === "add")
      return { answer: !isThere, state: isThere ? state : { bag: [...items, value] } };
    return { answer: isThere, state: { bag: items.filter((item) => !same(item, value)) } };
  },
  allows({ f }, answer, seen) {
    // A read of nothing found the empty set.
    if (f === "read") return same(answer, seen ?? { bag: [] });
    if (f === "contains") return same(answer, seen);
    return typeof seen !== "boolean" || same(answer, seen);
  },
  invent(chance, { f }) {
    if (f !== "read") return chance.happens(0.5);
    if (chance.happens(0.2)) return null;
    const entries = Array.from({ length: VALUES }, (_, entry) => scalar(entry));
    return { bag: entries.filter(() => chance.happens(0.4)) };
  },
};

function bagOf(state: Datum): readonly Datum[] {
  return typeof state === "object" && state !== null && "bag" in state ? state.bag : [];
}

/**
 * Transactions on two keys. The state is a list of what the keys hold, each operation of a transaction is `[name key value]`.
 */
function transactional(write: "w" | "append"): AtomicObject {
  const start = write === "w" ? null : [];
  const draw = (chance: Chance): Datum => {
    const key = { word: chance.pick(KEYS) ?? "x" };
    return chance.happens(0.5) ? [{ word: "r" }, key, null] : [{ word: write }, key, drawn(chance)];
  };
  return {
    keys: 0,
    start: [start, start],
    ask: (chance, key) => ({
      f: "txn",
      key,
      value: Array.from({ length: 1 + chance.below(3) }, () => draw(chance)),
    }),
    run(state, { value }) {
      const held = [...rowOf(state)];
      const answer = rowOf(value).map((part): Datum => {
        const [name = null, key = null, written = null] = rowOf(part);
        const at = datumText(key) === "x" ? 0 : 1;
        const now = held[at] ?? null;
        if (datumText(name) === "r") return [name, key, now];
        held[at] = write === "w" ? written : [...rowOf(now), written];
        return part;
      });
      return { answer, state: held };
    },
    // A read of nothing found an empty list.
    allows: (_ask, answer, seen) =>
      datumText(answer).replaceAll("[]", "null") === datumText(seen).replaceAll("[]", "null"),
    invent(chance, { value }) {
      const parts = rowOf(value);
      const isRead = (part: Datum): boolean => datumText(rowOf(part)[0] ?? null) === "r";
      // The values of the other reads are drawn as well.
      if (!parts.some(isRead)) return undefined;
      return parts.map((part) => {
        const [name = null, key = null] = rowOf(part);
        if (!isRead(part)) return part;
        return [name, key, write === "w" ? drawnOrNothing(chance) : drawnList(chance)];
      });
    },
  };
}

/** The names of the keys in transactions. */
const KEYS = ["x", "y"] as const;

/** An object for each model, by the name of the model. */
export const OBJECTS = {
  register,
  "key-value": keyValue,
  "list-append": listAppend,
  queue,
  lock,
  set,
  "txn-register": transactional("w"),
  "txn-list-append": transactional("append"),
} as const satisfies Readonly<Record<string, AtomicObject>>;

/** The name of a model. */
export type ObjectName = keyof typeof OBJECTS;
