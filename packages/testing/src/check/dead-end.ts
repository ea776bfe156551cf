import { returnTime, type Operation } from "../history/history.ts";
import type { Model } from "./model.ts";
import { outputOf, type Position } from "./position.ts";
import type { States } from "./states.ts";

/** The maximum number of other states in a report: a longer list explains no more. */
const STATES_MAX = 8;

/**
 * How far the operations on one object can be explained, and which operations cannot be.
 *
 * All operations that returned before `blocked` have at least one legal order, and none of these orders leaves a position
 * for `blocked` before its return. `prefix` is the longest of them.
 */
export type DeadEnd<State, Input, Output> = {
  /** The longest order that is legal and respects real time; all other operations can only come after it. */
  readonly prefix: readonly Operation<Input, Output>[];
  /** The state after `prefix`. */
  readonly state: State;
  /** The operation whose return no order explains. The history before that return is linearizable. */
  readonly blocked: Operation<Input, Output>;
  /** The operations that could come next after `prefix` by their times, but that its state rejects; `blocked` is first. */
  readonly unplaced: readonly Operation<Input, Output>[];
  /** States after other orders that end at the same return, without `state`; a few at most. */
  readonly otherStates: readonly State[];
};

/** Remembers the furthest point of a search, to explain a failure. */
export class Furthest {
  #node = -1;
  #placed = -1;
  #length = 0;
  #state = 0;
  readonly #states = new Set<number>();

  /** Records a position from which every continuation has failed. */
  note({ timeline, placed, path, state }: Position<unknown, unknown, unknown>): void {
    const node = timeline.firstReturn();
    if (node < this.#node) return;
    if (node > this.#node) {
      this.#states.clear();
      this.#placed = -1;
      this.#node = node;
    }
    if (this.#states.size <= STATES_MAX) this.#states.add(state);
    const explainsMore = placed.size > this.#placed;
    const assumesLess = placed.size === this.#placed && path.length < this.#length;
    if (!explainsMore && !assumesLess) return;
    this.#placed = placed.size;
    this.#length = path.length;
    this.#state = state;
    path.keep();
  }

  /** Explains the failure of a search that has tried everything. */
  explain<State, Input, Output>(
    model: Model<State, Input, Output>,
    position: Position<State, Input, Output>,
  ): DeadEnd<State, Input, Output> {
    const { returned, timeline, states } = position;
    const prefix = position.operationsOf(position.path.best);
    const state = states.at(this.#state);
    const blocked = returned[timeline.returnedAt(this.#node)];
    if (blocked === undefined) throw new Error("a search failed without a dead end");
    const placed = new Set(prefix);
    const isRefused = (one: Operation<Input, Output>): boolean =>
      one !== blocked &&
      !placed.has(one) &&
      one.call <= returnTime(blocked) &&
      model.step(state, one.input, outputOf(one)) === undefined;
    return {
      prefix,
      state,
      blocked,
      unplaced: [blocked, ...returned.filter(isRefused)],
      otherStates: this.#otherStates(states),
    };
  }

  #otherStates<State>(states: States<State>): readonly State[] {
    const others = [...this.#states].filter((state) => state !== this.#state);
    return others.slice(0, STATES_MAX).map((state) => states.at(state));
  }
}
