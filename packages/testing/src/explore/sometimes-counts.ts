import type { Bounds } from "./bounds.ts";
import type { ByEvent, Happened } from "./happened.ts";
import { possibleIn } from "./sometimes.ts";

/** Sets of events, as numbers: the empty set is 0. */
export class EventSets {
  readonly #sets: (readonly Happened[])[] = [[]];
  readonly #ids = new Map<string, number>([["", 0]]);

  /** The number of a set. */
  idOf(events: ReadonlySet<Happened>): number {
    const names = [...events].toSorted();
    const key = names.join("\n");
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#sets.length);
    return this.#sets.push(names) - 1;
  }

  /** The set with a number. */
  setOf(id: number): readonly Happened[] {
    return this.#sets[id] ?? [];
  }
}

/**
 * Events of which one node alone knows nothing: a bit for each. A transition has a set of events of its node, from
 * {@link EventSets}, and these.
 */
export const BETWEEN_NODES = {
  "two nodes lead at once, in different terms": 1,
  "a send is lost for lack of room": 2,
  "a message is dropped": 4,
  "a message is delivered twice": 8,
  "a leader is elected while a majority is damaged": 16,
} as const satisfies ByEvent<number>;

const BITS = 5;

/** Counts transitions by what happened in them, and notes the least depth of each. */
export class SometimesCounts {
  /** By the number of a set, and then by the bits between nodes. */
  #counts = new Float64Array(1 << BITS);
  #depths = new Uint32Array(1 << BITS);

  /** Counts a transition to this depth: the number of the set of its node's events, and bits of {@link BETWEEN_NODES}. */
  add(set: number, between: number, depth: number): void {
    const at = (set << BITS) | between;
    if (at >= this.#counts.length) this.#grow(at);
    const count = this.#counts[at] ?? 0;
    this.#counts[at] = count + 1;
    if (count === 0 || depth < (this.#depths[at] ?? 0)) this.#depths[at] = depth;
  }

  /** The number of transitions in which each event happened, for all events that are possible within the bounds. */
  countsOf(sets: EventSets, bounds: Bounds): ByEvent<number> {
    const counts = new Map<Happened, number>(possibleIn(bounds).map((name) => [name, 0]));
    this.#forEach(sets, (name, at) => {
      counts.set(name, (counts.get(name) ?? 0) + (this.#counts[at] ?? 0));
    });
    return Object.fromEntries(counts);
  }

  /** The least depth of a transition in which each event happened. */
  depthsOf(sets: EventSets): ReadonlyMap<Happened, number> {
    const depths = new Map<Happened, number>();
    this.#forEach(sets, (name, at) => {
      depths.set(name, Math.min(depths.get(name) ?? Infinity, this.#depths[at] ?? Infinity));
    });
    return depths;
  }

  #forEach(sets: EventSets, visit: (name: Happened, at: number) => void): void {
    const between = Object.entries(BETWEEN_NODES) as [Happened, number][];
    this.#counts.forEach((count, at) => {
      if (count === 0) return;
      const beside = between.filter(([, bit]) => (at & bit) !== 0).map(([name]) => name);
      for (const name of [...sets.setOf(at >>> BITS), ...beside]) visit(name, at);
    });
  }

  #grow(at: number): void {
    const length = Math.max(2 * this.#counts.length, at + 1);
    const [counts, depths] = [this.#counts, this.#depths];
    this.#counts = new Float64Array(length);
    this.#depths = new Uint32Array(length);
    this.#counts.set(counts);
    this.#depths.set(depths);
  }
}
