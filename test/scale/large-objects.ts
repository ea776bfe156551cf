import type { Chance } from "@kontiki/testing";

/** A value of a large history, as JSON has it. */
export type Json = null | boolean | number | string | readonly Json[];

/** What a client asks for. */
export type Request = { readonly f: string; readonly value: Json };

/** An object that is changed in place, so that a large history costs little to make. */
export interface LargeObject {
  /** Draws a request. */
  ask(): Request;
  /** Runs a request. */
  run(request: Request): Json;
}

/** What draws the requests of a large object. All objects of a history share it. */
export type Source = {
  readonly chance: Chance;
  /** How many different values there are; undefined when every value is new. */
  readonly values: number | undefined;
  /** The share of reads of the whole object. */
  readonly reads: number;
  /** A value that was not drawn before. */
  readonly fresh: () => number;
};

/** Makes an object for each model that has large histories. */
export const LARGE_OBJECTS = {
  register: (source: Source): LargeObject => {
    const { chance, values } = source;
    let state: Json = null;
    const draw = (): number => (values === undefined ? source.fresh() : chance.below(values));
    return {
      ask() {
        const drawn = chance.next();
        if (drawn < 0.5) return { f: "read", value: null };
        // Of new values, none can be expected.
        if (drawn < 0.8 || values === undefined) return { f: "write", value: draw() };
        return { f: "cas", value: [draw(), draw()] };
      },
      run({ f, value }) {
        if (f === "read") return state;
        const [from = state, to = value] = f === "cas" ? (value as readonly Json[]) : [];
        if (from !== state) return false;
        state = to;
        return f === "cas" ? true : null;
      },
    };
  },

  set: (source: Source): LargeObject => {
    const { chance } = source;
    const held = new Set<number>();
    const known: number[] = [];
    return {
      ask() {
        const drawn = chance.next();
        if (drawn < source.reads) return { f: "read", value: null };
        if (drawn < 0.6) {
          const value = source.fresh();
          known.push(value);
          return { f: "add", value };
        }
        const value = chance.pick(known) ?? 0;
        return { f: drawn < 0.7 ? "remove" : "contains", value };
      },
      run({ f, value }) {
        if (f === "read") return [...held];
        const isThere = held.has(Number(value));
        if (f === "add") held.add(Number(value));
        if (f === "remove") held.delete(Number(value));
        return f === "add" ? !isThere : isThere;
      },
    };
  },

  queue: (source: Source): LargeObject => {
    const held: number[] = [];
    let first = 0;
    return {
      ask: () =>
        source.chance.happens(0.5)
          ? { f: "enqueue", value: source.fresh() }
          : { f: "dequeue", value: null },
      run({ f, value }) {
        if (f === "enqueue") held.push(Number(value));
        else if (first < held.length) return held[first++] ?? null;
        return null;
      },
    };
  },

  "list-append": (source: Source): LargeObject => {
    const held: number[] = [];
    return {
      ask: () =>
        source.chance.happens(source.reads)
          ? { f: "read", value: null }
          : { f: "append", value: source.fresh() },
      run({ f, value }) {
        if (f === "read") return [...held];
        held.push(Number(value));
        return null;
      },
    };
  },
} as const satisfies Readonly<Record<string, (source: Source) => LargeObject>>;

/** The name of a model that has large histories. */
export type LargeName = keyof typeof LARGE_OBJECTS;
