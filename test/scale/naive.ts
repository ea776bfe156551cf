import { datumText, type Datum } from "./datum.ts";
import type { Ask, AtomicObject } from "./objects.ts";

/** What a judge sees of an operation: an answer, or nothing. */
export type Seen = {
  readonly ask: Ask;
  readonly process: string;
  /** The position among the operations of its process. */
  readonly turn: number;
  readonly call: number;
  /** Infinity when it never returned. */
  readonly end: number;
  /** Undefined when nothing is known of it. */
  readonly output: Datum | undefined;
};

/**
 * Whether a history is linearizable, straight from the definition: tries all orders, and keeps the pairs of what is placed
 * and the states of all keys that led nowhere. It shares no code with the checker and knows none of its shortcuts.
 */
export function isLinearizable(seen: readonly Seen[], object: AtomicObject): boolean {
  if (seen.length > 30) throw new RangeError("this judge takes at most 30 operations");
  const dead = new Set<string>();
  const needed = seen.reduce(
    (bits, one, at) => (one.end === Infinity ? bits : bits | (1 << at)),
    0,
  );
  const search = (placed: number, states: ReadonlyMap<number | undefined, Datum>): boolean => {
    if ((placed & needed) === needed) return true;
    const name = `${placed} ${[...states]
      .map(([key, state]) => `${key}=${datumText(state)}`)
      .toSorted()
      .join(" ")}`;
    if (dead.has(name)) return false;
    for (const [at, one] of seen.entries()) {
      if ((placed & (1 << at)) !== 0) continue;
      // One that must come first is still left.
      if (seen.some((other, place) => (placed & (1 << place)) === 0 && isBefore(other, one)))
        continue;
      const { answer, state } = object.run(
        states.get(one.ask.key) ?? object.start,
        one.ask,
        one.process,
      );
      if (one.output !== undefined && !object.allows(one.ask, answer, one.output)) continue;
      if (search(placed | (1 << at), new Map(states).set(one.ask.key, state))) return true;
    }
    dead.add(name);
    return false;
  };
  return search(0, new Map());
}

/** Times that touch leave the order open, except of two operations of one process on one object. */
function isBefore(one: Seen, other: Seen): boolean {
  if (one.end < other.call) return true;
  const isOrdered = one.process === other.process && one.ask.key === other.ask.key;
  return isOrdered && one.end === other.call && one.turn < other.turn;
}
