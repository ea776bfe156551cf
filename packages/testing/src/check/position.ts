import { returnTime, type Operation } from "../history/history.ts";
import type { Configurations } from "./configurations.ts";
import type { Model } from "./model.ts";
import { OpenOperations } from "./open-operations.ts";
import { Path } from "./path.ts";
import { PlacedSet } from "./placed-set.ts";
import { States } from "./states.ts";
import { BEGINNING, Timeline } from "./timeline.ts";

/** The cursor of a step that was taken without a choice, and is taken back with the step before it. */
const FORCED = -0x8000_0000;

/**
 * Where a search is: which operations are placed, in which order, and the state after them.
 *
 * Operations that returned are told by their place among those, open ones likewise among theirs.
 */
export class Position<State, Input, Output> {
  /** The operations that returned, in the order of their calls: all of them have to be placed. */
  readonly returned: readonly Operation<Input, Output>[];
  /** For each of them its place in the order in which to try them, from 0. */
  readonly ranks: Int32Array;
  /** The calls and returns of those that are not placed yet. */
  readonly timeline: Timeline;
  /** The operations that may be placed or not. */
  readonly open: OpenOperations<Input>;
  /** Which of those that returned are placed. */
  readonly placed: PlacedSet;
  /** The steps to here. */
  readonly path: Path;
  /** All states seen. */
  readonly states: States<State>;
  readonly #model: Model<State, Input, Output>;
  readonly #neverReturned: readonly Operation<Input, Output>[];
  readonly #readOnly: readonly boolean[];
  #state: number;
  #steps = 0;

  /** The beginning, with nothing placed. Takes operations in the order of their calls, none of them failed. */
  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[]) {
    this.#model = model;
    this.returned = operations.filter(({ status }) => status === "ok");
    // An open operation that leaves every state alone explains nothing.
    this.#neverReturned = operations.filter(
      (one) => one.status === "open" && !this.#isReadOnly(one),
    );
    this.#readOnly = this.returned.map((one) => this.#isReadOnly(one));
    this.ranks = ranksOf(model, this.returned);
    this.timeline = new Timeline(
      this.returned.map((one) => ({ call: one.call, return: returnTime(one) })),
    );
    this.open = new OpenOperations(this.#neverReturned);
    this.placed = new PlacedSet(this.returned.length);
    this.path = new Path(this.returned.length + this.#neverReturned.length);
    this.states = new States(model);
    this.#state = this.states.numberOf(model.init);
  }

  /** How often the model was asked. */
  get steps(): number {
    return this.#steps;
  }

  /** The number of the state here. */
  get state(): number {
    return this.#state;
  }

  /** Places an operation that returned, if the model allows it here. `cursor` is given back by {@link goBack}. */
  place(operation: number, cursor: number): boolean {
    const state = this.#stateAfter(this.returned[operation]);
    if (state === undefined) return false;
    this.path.push(operation, this.#state, cursor);
    this.timeline.lift(operation);
    this.placed.add(operation);
    this.#state = state;
    return true;
  }

  /** Lets an open operation take effect, if it can and that changes the state. */
  useOpen(operation: number, cursor: number): boolean {
    const state = this.#stateAfter(this.#neverReturned[operation]);
    if (state === undefined || state === this.#state) return false;
    this.path.push(this.returned.length + operation, this.#state, cursor);
    this.open.use(operation);
    this.#state = state;
    return true;
  }

  /** Places what leaves every state alone and is legal here: nothing is lost by doing so at once. */
  placeReadOnly(): void {
    let node = this.timeline.after(BEGINNING);
    for (;;) {
      const operation = this.timeline.callAt(node);
      if (operation === undefined) return;
      const before = this.timeline.before(node);
      const here = this.#state;
      const isPlaced = this.#readOnly[operation] === true && this.place(operation, FORCED);
      if (isPlaced && this.#state !== here) throw new ReadOnlyError(this.#model.name);
      node = this.timeline.after(isPlaced ? before : node);
    }
  }

  /** Takes back the last choice and all that followed from it; undefined when there was none. */
  goBack(): number | undefined {
    for (;;) {
      const step = this.path.pop();
      if (step === undefined) return undefined;
      const { operation, state, cursor } = step;
      if (operation >= this.returned.length) {
        this.open.unuse(operation - this.returned.length);
      } else {
        this.timeline.putBack(operation);
        this.placed.remove(operation);
      }
      this.#state = state;
      if (cursor !== FORCED) return cursor;
    }
  }

  /** Notes that the search is here. @returns false when it need not be. */
  visit(configurations: Configurations): boolean {
    return configurations.add(this.placed, this.#state, this.open.used);
  }

  /** The operations of a path. */
  operationsOf(path: readonly number[]): readonly Operation<Input, Output>[] {
    const all = [...this.returned, ...this.#neverReturned];
    return path.flatMap((operation) => all[operation] ?? []);
  }

  #stateAfter(operation: Operation<Input, Output> | undefined): number | undefined {
    if (operation === undefined) return undefined;
    this.#steps += 1;
    const here = this.states.at(this.#state);
    const after = this.#model.step(here, operation.input, outputOf(operation));
    if (after === undefined) return undefined;
    return after === here ? this.#state : this.states.numberOf(after);
  }

  #isReadOnly(operation: Operation<Input, Output>): boolean {
    return this.#model.readOnly?.(operation.input, outputOf(operation)) === true;
  }
}

/** Ranks by the model's guess, and by the returns where it makes none. */
function ranksOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  returned: readonly Operation<Input, Output>[],
): Int32Array {
  const spoken = returned.map((one) => ({ input: one.input, output: outputOf(one) }));
  const guess = model.rank?.(spoken) ?? [];
  const inOrder = returned.map((one, at) => ({ at, rank: guess[at] ?? 0, end: returnTime(one) }));
  inOrder.sort((one, other) => one.rank - other.rank || one.end - other.end);
  const ranks = new Int32Array(returned.length);
  for (const [rank, { at }] of inOrder.entries()) ranks[at] = rank;
  return ranks;
}

/** What an operation returned, undefined when nobody heard of it. */
export function outputOf<Output>(operation: Operation<unknown, Output>): Output | undefined {
  return operation.status === "ok" ? operation.output : undefined;
}

/** A model says that an operation leaves every state alone, and then changes one: it cannot be relied on. */
export class ReadOnlyError extends Error {
  /** What tells it from other errors. */
  override readonly name = "ReadOnlyError";

  /** Says so of the model of this name. */
  constructor(model: string) {
    super(`the model ${model} names an operation readOnly that changes a state`);
  }
}
