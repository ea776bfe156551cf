import type { Operation } from "../history/history.ts";
import type { Work } from "../slices.ts";
import type { Configurations } from "./configurations.ts";
import { Furthest, type DeadEnd } from "./dead-end.ts";
import type { Model } from "./model.ts";
import { Position } from "./position.ts";
import { BEGINNING } from "./timeline.ts";

/** How far a search is. */
export type SearchProgress = {
  /** The most operations that were placed at a time. */
  readonly placed: number;
  /** Operations that have to be placed. */
  readonly operations: number;
  /** Configurations that are kept. */
  readonly configurations: number;
  /** How often the model was asked. */
  readonly steps: number;
};

/** What a search ends with: an order, the proof that there is none, or too little memory. */
export type Found<State, Input, Output> =
  | { readonly type: "order"; readonly order: readonly Operation<Input, Output>[] }
  | { readonly type: "none"; readonly deadEnd: DeadEnd<State, Input, Output> }
  | { readonly type: "outOfMemory" };

/** Steps of the model between two looks at the clock. */
const STEPS_PER_TURN = 256;

/** Bytes per operation that a search takes from the start: its lists and its path. */
const OPERATION_BYTES = 200;

/**
 * Where to go on at a configuration: from 0 on, with what ranks behind that; below, with a kind of open
 * operations, after all that returned has been tried.
 */
const ALL = -1;
const kindCursor = (kind: number): number => -2 - kind;

/**
 * Looks for a linearization of the operations on one object: an order in which the model allows all
 * that was returned, and in which nothing comes before what had returned when it was called.
 *
 * This is Wing and Gong's search with Lowe's memory of configurations. Four things make it fast, none
 * of which can change what it finds:
 *
 * - what has to return first is tried first (Lowe's just-in-time linearization), unless the model has
 *   a better guess;
 * - what leaves every state alone is placed as soon as it is legal: if there is an order from here on,
 *   there is one that begins with it, since elsewhere nobody would miss it;
 * - open operations are tried last, of equal ones the earliest only, and none that changes nothing;
 * - a configuration is left that is covered by one already visited.
 *
 * `configurations` is cleared and used: several searches, one after the other, can share one.
 */
export class Search<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #memoryBytes: number;
  readonly #configurations: Configurations;
  readonly #position: Position<State, Input, Output>;
  readonly #furthest = new Furthest();
  #mostPlaced = 0;

  /** Prepares a search of operations in the order of their calls, none of them failed. */
  constructor(
    model: Model<State, Input, Output>,
    operations: readonly Operation<Input, Output>[],
    memoryBytes: number,
    configurations: Configurations,
  ) {
    this.#model = model;
    this.#memoryBytes = memoryBytes - OPERATION_BYTES * operations.length;
    this.#configurations = configurations;
    this.#configurations.clear();
    this.#position = new Position(model, operations);
  }

  /** Searches. Yields every few hundred steps. */
  *run(): Work<Found<State, Input, Output>, SearchProgress> {
    const position = this.#position;
    let turn = STEPS_PER_TURN;
    let cursor: number | undefined = this.#arrive() ? ALL : undefined;
    while (cursor !== undefined) {
      if (position.timeline.isEmpty) {
        return { type: "order", order: position.operationsOf(position.path.operations) };
      }
      if (this.#configurations.bytes + position.states.bytes > this.#memoryBytes) {
        return { type: "outOfMemory" };
      }
      if (position.steps >= turn) {
        turn = position.steps + STEPS_PER_TURN;
        yield this.progress;
      }
      const hasMoved = this.#move(cursor);
      // Also after all that follows has failed: what follows may have been left for being covered by this.
      if (!hasMoved) this.#furthest.note(position);
      cursor = hasMoved && this.#arrive() ? ALL : position.goBack();
    }
    return { type: "none", deadEnd: this.#furthest.explain(this.#model, position) };
  }

  /** How far it is. */
  get progress(): SearchProgress {
    return {
      placed: this.#mostPlaced,
      operations: this.#position.returned.length,
      configurations: this.#configurations.size,
      steps: this.#position.steps,
    };
  }

  /** Does at a new position what needs no choice. @returns false when nothing can be gained from it. */
  #arrive(): boolean {
    this.#position.placeReadOnly();
    this.#mostPlaced = Math.max(this.#mostPlaced, this.#position.placed.size);
    return this.#position.visit(this.#configurations);
  }

  /** Takes the next step that is possible here, from `cursor` on. @returns false when there is none. */
  #move(cursor: number): boolean {
    const { ranks } = this.#position;
    if (cursor >= ALL) {
      for (const operation of this.#candidates(cursor)) {
        if (this.#position.place(operation, ranks[operation] ?? 0)) return true;
      }
    }
    return this.#useOpenFrom(cursor >= ALL ? 0 : -1 - cursor);
  }

  /** What may come next by its times and ranks behind `cursor`, in the order of the ranks. */
  #candidates(cursor: number): readonly number[] {
    const { timeline, ranks } = this.#position;
    const rankOf = (operation: number): number => ranks[operation] ?? 0;
    const found: number[] = [];
    for (let node = timeline.after(BEGINNING); ; node = timeline.after(node)) {
      const operation = timeline.callAt(node);
      if (operation === undefined) break;
      if (rankOf(operation) > cursor) found.push(operation);
    }
    return found.sort((one, other) => rankOf(one) - rankOf(other));
  }

  #useOpenFrom(first: number): boolean {
    const { open, returned, timeline } = this.#position;
    const one = returned[timeline.returnedAt(timeline.firstReturn())];
    const latest = one?.status === "ok" ? one.return : Infinity;
    for (let kind = first; kind < open.kinds; kind += 1) {
      const operation = open.available(kind, latest);
      if (operation === undefined) continue;
      if (this.#position.useOpen(operation, kindCursor(kind))) return true;
    }
    return false;
  }
}
