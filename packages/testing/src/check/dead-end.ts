import type { Operation } from "../history/history.ts";
import type { Position } from "./position.ts";
import type { States } from "./states.ts";

/** The maximum number of other states in a report: a longer list explains no more. */
const STATES_MAX = 8;

/**
 * How far the operations on one object can be explained, and which operations cannot be.
 *
 * All operations that returned before `blocked` have at least one legal order, and none of these orders leaves a position
 * for `blocked` before its return. `prefix` is one of them, continued as long as other operations are possible.
 */
export type DeadEnd<State, Input, Output> = {
  /** An order that is legal and respects real time; all other operations can only come after it. */
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
  readonly #states = new Set<number>();

  /** Records a position of the search. If the search fails, every continuation from there has failed. */
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
    path.keep();
  }

  /** Explains the failure of a search that has tried everything. */
  explain<State, Input, Output>(
    position: Position<State, Input, Output>,
  ): DeadEnd<State, Input, Output> {
    if (this.#node === -1) throw new Error("a search failed without a dead end");
    const { returned, timeline, states, path } = position;
    position.orderOf(path.best);
    const target = position.target;
    placeAllBut(target, position);
    const isRefused = (operation: number): boolean =>
      operation !== target && !position.placed.has(operation);
    const unplaced = [target, ...timeline.running().filter(isRefused)];
    const end = position.state;
    return {
      prefix: position.orderOf(path.codes),
      state: states.at(end),
      blocked: operationAt(returned, target),
      unplaced: unplaced.map((operation) => operationAt(returned, operation)),
      otherStates: this.#otherStates(states, end),
    };
  }

  #otherStates<State>(states: States<State>, end: number): readonly State[] {
    const others = [...this.#states].filter((state) => state !== end);
    return others.slice(0, STATES_MAX).map((state) => states.at(state));
  }
}

/** Continues an order with all running operations that are possible, except the one that no order explains. */
function placeAllBut(target: number, position: Position<unknown, unknown, unknown>): void {
  const { timeline } = position;
  const { ranks } = position.hints;
  const isNext = (operation: number): boolean =>
    operation !== target && !position.placed.has(operation);
  for (;;) {
    const running = timeline.running().filter(isNext);
    const inOrder = running.toSorted((one, other) => (ranks[one] ?? 0) - (ranks[other] ?? 0));
    if (!inOrder.some((operation) => position.place(operation))) return;
  }
}

function operationAt<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  at: number,
): Operation<Input, Output> {
  const operation = operations[at];
  if (operation === undefined) throw new RangeError(`there is no operation ${at}`);
  return operation;
}
