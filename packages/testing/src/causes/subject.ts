import { clientName } from "../run/client-name.ts";
import type { Violation } from "../run/result.ts";

/** What a violated claim is about, as its sentence names it. */
export type Subject = {
  readonly nodes: readonly string[];
  readonly terms: readonly number[];
  /** Indexes of entries. */
  readonly entries: readonly number[];
  /** Numbers of operations. */
  readonly operations: readonly number[];
  /** Numbers of clients. */
  readonly clients: readonly number[];
  /** The call that fits nowhere in a history: its client, and when it was called, in ms. */
  readonly call: { readonly client: string; readonly at: number } | undefined;
};

/** Entries after the first of a range are named by its ends: no more of them are taken than this. */
const RANGE_MAX = 20;

/** Reads what a claim is about from the sentence of its violation. */
export function subjectOf({ text }: Pick<Violation, "text">): Subject {
  const call = /of (?<client>c\d+), called at (?<at>[\d.]+) ms/.exec(text)?.groups;
  return {
    nodes: unique(found(text, /\bn\d+\b/g)),
    terms: unique(found(text, /\bterms? (\d+)(?: and (\d+))?/g).map(Number)),
    entries: unique([
      ...found(
        text,
        /\b(?:entry|log|commit|up to|ends with|index|again in)(?: is| of)? (\d+)/g,
      ).map(Number),
      ...rangesIn(text),
    ]).filter((index) => index > 0),
    operations: unique(found(text, /\boperation (\d+)/g).map(Number)),
    clients: unique(found(text, /\bclient\/(\d+)/g).map(Number)),
    call: call === undefined ? undefined : { client: call["client"] ?? "", at: Number(call["at"]) },
  };
}

/** A subject in a few words: `n1, n2, term 3, entry 5`. */
export function subjectText({ nodes, terms, entries, operations, clients, call }: Subject): string {
  return [
    ...nodes,
    ...terms.map((term) => `term ${term}`),
    ...entries.map((index) => `entry ${index}`),
    ...operations.map((id) => `operation ${id}`),
    ...clients.map((client) => clientName({ client })),
    ...(call === undefined ? [] : [`the call of ${call.client} at ${call.at} ms`]),
  ].join(", ");
}

function found(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].flatMap(([whole, ...parts]) =>
    parts.length === 0 ? [whole] : parts.filter((part) => part !== undefined),
  );
}

function rangesIn(text: string): readonly number[] {
  return [...text.matchAll(/\bentries (\d+) to (\d+)/g)].flatMap(([, first, last]) =>
    Array.from(
      { length: Math.min(RANGE_MAX, Number(last) - Number(first) + 1) },
      (_none, at) => Number(first) + at,
    ),
  );
}

function unique<T extends string | number>(all: readonly T[]): readonly T[] {
  return [...new Set(all)].toSorted((one, other) =>
    typeof one === "number" ? one - Number(other) : one < other ? -1 : 1,
  );
}
