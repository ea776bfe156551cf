import { callable, decimal, type Schema } from "@kontiki/actors/node";
import type { Work } from "../slices.ts";
import type { Counterexample, Exploration, ExploreProgress } from "./exploration.ts";
import { chanceOfCollision, HASH_BITS } from "./fingerprints.ts";
import { HashedStates } from "./hashed-states.ts";
import type { SeenStates } from "./seen-states.ts";
import { SometimesCounts } from "./sometimes-counts.ts";
import { StateSet } from "./state-set.ts";
import { Walk, type Parts } from "./walk.ts";

/** The limits of a search. When it reaches one, it ends before it has seen all states. */
export type SearchLimits = {
  /** Distinct states. Default: no limit. */
  readonly maxStates?: number;
  /** Memory in bytes, as an estimate. Default: 1 GiB. */
  readonly memoryBytes?: number;
  /** Called every few hundred states; true stops the search. For a time limit: the search has no clock. */
  readonly stop?: () => boolean;
};

/** The way of a search. */
export type SearchWay = {
  readonly order: "breadth" | "depth";
  /** Whether seen states are kept as hashes. */
  readonly hashes: boolean;
};

export const SEARCH_LIMITS: Schema<SearchLimits> = {
  maxStates: decimal(1, Infinity),
  memoryBytes: decimal(0, Infinity),
  stop: callable(" that returns whether to stop"),
};

const MEMORY_BYTES = 2 ** 30;

/** The number of states between two checks of the limits: about a millisecond. */
const SLICE = 256;

/** A search through the states of a cluster, breadth first or depth first. */
export class Search {
  readonly #parts: Parts;
  readonly #way: SearchWay;
  readonly #limits: SearchLimits;
  readonly #seen: SeenStates;
  readonly #counts = new SometimesCounts();
  /** The situations of campaigns that were met, and the depth of the first step that met each. */
  readonly #situations = new Map<string, number>();
  /** Depth first: the waiting states, the next one last, and the depth of each. */
  readonly #stack: number[] = [];
  readonly #depths: number[] = [];
  #next = 0;
  #depth = 0;
  #transitions = 0;
  /** The moves from the current state so far. */
  #nth = 0;
  /** The state before the move that violated a property. */
  #brokenFrom: number | undefined;
  greatestDepth = 0;
  unreduced = 0;

  constructor(parts: Parts, way: SearchWay, limits: SearchLimits) {
    this.#parts = parts;
    this.#way = way;
    this.#limits = limits;
    const first = parts.canonical.of(parts.start).slice();
    this.#seen = way.hashes
      ? new HashedStates(first, (form, nth) => formAfter(parts, form, nth))
      : new StateSet(parts.layout.words);
  }

  get progress(): ExploreProgress {
    const states = this.#seen.size;
    const waiting = this.#way.order === "breadth" ? states - this.#next : this.#stack.length;
    const bytes = this.#bytes(this.#seen.bytes);
    return { states, transitions: this.#transitions, depth: this.#depth, waiting, bytes };
  }

  get sometimes(): Exploration["sometimes"] {
    const { eventSets, bounds } = this.#parts.model;
    return this.#counts.countsOf(eventSets, bounds);
  }

  /** What hashes may hide; undefined when states are stored completely. */
  get hashes(): Exploration["hashes"] {
    if (!this.#way.hashes) return undefined;
    return { bits: HASH_BITS, missed: chanceOfCollision(this.#seen.size) };
  }

  /** Breadth first: all runs of so many transitions from the start are checked. */
  get depthChecked(): number | undefined {
    return this.#way.order === "breadth" ? this.#depth : undefined;
  }

  get firstMet(): Exploration["firstMet"] {
    const events = this.#counts.depthsOf(this.#parts.model.eventSets);
    const byDepth = (one: [string, number], other: [string, number]): number =>
      one[1] - other[1] || (one[0] < other[0] ? -1 : 1);
    return Object.fromEntries([...events, ...this.#situations].toSorted(byDepth));
  }

  /** The run that violates a property; a shortest one when the search was breadth first. */
  get violation(): Counterexample | undefined {
    if (this.#brokenFrom === undefined) return undefined;
    const walk = this.#walkTo(this.#brokenFrom);
    const { moves } = this.#parts;
    if (!walk.take(() => moves.broken !== undefined) || walk.broken === undefined)
      throw new Error("the violation did not repeat");
    const { transitions, broken: text } = walk;
    return { text, actions: transitions.map(({ action }) => action), transitions };
  }

  /** Runs the search. @returns why it ended. */
  *run(): Work<Exploration["ended"], ExploreProgress> {
    this.#reach(this.#parts.start, 0);
    const state = new Int32Array(this.#parts.layout.words);
    const visit = (): void => this.#visit();
    for (let looked = 1; this.#takeNext(); looked += 1) {
      this.#seen.read(this.#current, state);
      this.#nth = 0;
      this.#parts.moves.from(state, visit);
      if (this.#brokenFrom !== undefined) return "violated";
      if (this.#seen.size >= (this.#limits.maxStates ?? Infinity)) return "states";
      if (looked % SLICE !== 0) continue;
      yield this.progress;
      if (this.#limits.stop?.() === true) return "stopped";
      if (this.#bytes(this.#seen.bytesNext) > (this.#limits.memoryBytes ?? MEMORY_BYTES))
        return "memory";
    }
    return "exhausted";
  }

  #current = 0;
  /** Breadth first: the first state that is farther from the start than the current one. */
  #nextLevel = 1;

  #takeNext(): boolean {
    if (this.#way.order === "depth") {
      const newest = this.#stack.pop();
      this.#depth = this.#depths.pop() ?? 0;
      this.#current = newest ?? 0;
      this.greatestDepth = Math.max(this.greatestDepth, this.#depth);
      return newest !== undefined;
    }
    if (this.#next >= this.#seen.size) return false;
    if (this.#next === this.#nextLevel) {
      this.#depth += 1;
      this.#nextLevel = this.#seen.size;
      this.greatestDepth = this.#depth;
    }
    this.#current = this.#next;
    this.#next += 1;
    return true;
  }

  #visit(): void {
    const { moves } = this.#parts;
    if (this.#brokenFrom !== undefined) return;
    this.#transitions += 1;
    this.#counts.add(moves.happened, moves.between, this.#depth + 1);
    for (const name of this.#parts.model.takeMet()) this.#situations.set(name, this.#depth + 1);
    if (moves.broken !== undefined) this.#brokenFrom = this.#current;
    else this.#reach(moves.state, this.#depth + 1);
    this.#nth += 1;
  }

  #reach(state: Int32Array, depth: number): void {
    const { canonical } = this.#parts;
    if (!this.#seen.add(canonical.of(state), this.#current, this.#nth)) return;
    this.unreduced += canonical.orbit;
    if (this.#way.order === "breadth") return;
    this.#stack.push(this.#seen.size - 1);
    this.#depths.push(depth);
  }

  #bytes(seen: number): number {
    return seen + this.#parts.model.bytes + 16 * this.#stack.length;
  }

  /**
   * Makes a run to a seen state. The seen states are canonical forms, in which nodes may be renamed at every transition.
   * The run goes through real states that have these forms.
   */
  #walkTo(number: number): Walk {
    const { canonical, moves, start } = this.#parts;
    const walk = new Walk({ ...this.#parts, start });
    for (const form of this.#seen.wayTo(number)) {
      const leadsThere = (): boolean =>
        moves.broken === undefined &&
        canonical.of(moves.state).every((word, at) => word === form[at]);
      if (!walk.take(leadsThere)) throw new Error("a seen state was not reached again");
    }
    return walk;
  }
}

/** The canonical form of the state after the `nth` move from a canonical form. */
function formAfter({ moves, canonical }: Parts, form: Int32Array, nth: number): Int32Array {
  let made = 0;
  let after: Int32Array | undefined;
  moves.from(form, () => {
    if (made === nth) after = canonical.of(moves.state).slice();
    made += 1;
  });
  if (after === undefined) throw new RangeError(`there is no move ${nth}`);
  return after;
}
