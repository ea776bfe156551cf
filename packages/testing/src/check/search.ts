import type { Operation } from "../history/history.ts";
import type { Work } from "../slices.ts";
import type { Configurations } from "./configurations.ts";
import { Furthest, type DeadEnd } from "./dead-end.ts";
import type { Model } from "./model.ts";
import { Position } from "./position.ts";
import { BEGINNING } from "./timeline.ts";

/** The progress of a search. */
export type SearchProgress = {
  /** The most operations that were placed at once. */
  readonly placed: number;
  /** Operations that must be placed. */
  readonly operations: number;
  /** Stored configurations. */
  readonly configurations: number;
  /** Calls of the model. */
  readonly steps: number;
};

/** The result of a search: an order, the reason why there is none, or too little memory. */
export type Found<State, Input, Output> =
  | { readonly type: "order"; readonly order: readonly Operation<Input, Output>[] }
  | { readonly type: "none"; readonly deadEnd: DeadEnd<State, Input, Output> }
  | { readonly type: "outOfMemory" };

/** Steps of the model between two checks of the clock. */
const STEPS_PER_TURN = 256;

/** Bytes per operation that a search uses from the start for its lists and its path. */
const OPERATION_BYTES = 200;

/**
 * A cursor tells where to continue at a configuration. From 0: with the returned operations of higher rank. -1: with all
 * of them. Below: all of them were tried; with the next kind of open operations.
 */
const ALL = -1;
const kindCursor = (kind: number): number => -2 - kind;

/**
 * Searches a linearization of the operations on one object: an order in which the model allows all outputs, and in which
 * no operation comes before one that returned before its call.
 *
 * This is Wing and Gong's search with Lowe's memory of configurations. Four things make it fast, and none of them can
 * change the result:
 *
 * - it first tries the operation that returns first (Lowe's just-in-time linearization), unless the model has a better
 *   guess;
 * - it places a read-only operation as soon as it is legal: if any order continues from here, one exists that begins with
 *   this operation, because removing it from its later position changes nothing;
 * - it tries open operations last, only the earliest of equal ones, and none that leaves the state unchanged;
 * - it skips a configuration that a visited one covers.
 *
 * It clears `configurations` and uses it, so several searches can share one object, one after another.
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

  /** Runs the search. Yields every few hundred steps. */
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
      // Also after all continuations have failed: they may have been skipped because this configuration covers them.
      if (!hasMoved) this.#furthest.note(position);
      cursor = hasMoved && this.#arrive() ? ALL : position.goBack();
    }
    return { type: "none", deadEnd: this.#furthest.explain(this.#model, position) };
  }

  /** The progress so far. */
  get progress(): SearchProgress {
    return {
      placed: this.#mostPlaced,
      operations: this.#position.returned.length,
      configurations: this.#configurations.size,
      steps: this.#position.steps,
    };
  }

  /** Takes the forced steps at a new position. @returns false when a visited configuration covers it. */
  #arrive(): boolean {
    this.#position.placeReadOnly();
    this.#mostPlaced = Math.max(this.#mostPlaced, this.#position.placed.size);
    return this.#position.visit(this.#configurations);
  }

  /** Takes the next possible step here, from `cursor`. @returns false when there is none. */
  #move(cursor: number): boolean {
    const { ranks } = this.#position;
    if (cursor >= ALL) {
      for (const operation of this.#candidates(cursor)) {
        if (this.#position.place(operation, ranks[operation] ?? 0)) return true;
      }
    }
    return this.#useOpenFrom(cursor >= ALL ? 0 : -1 - cursor);
  }

  /** The operations that may come next by their times and have a rank above `cursor`, ordered by rank. */
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
