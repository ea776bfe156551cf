import { returnTime, type Operation } from "../history/history.ts";
import type { Configurations } from "./configurations.ts";
import type { Model } from "./model.ts";
import { OpenOperations } from "./open-operations.ts";
import { Path } from "./path.ts";
import { PlacedSet } from "./placed-set.ts";
import { predecessors } from "./process-order.ts";
import { States } from "./states.ts";
import { BEGINNING, Timeline } from "./timeline.ts";

/** The cursor of a step that was forced. It is undone together with the step before it. */
const FORCED = -0x8000_0000;

/**
 * The position of a search: which operations are placed, in which order, and the state after them.
 *
 * Returned operations are identified by their position among the returned ones, open operations by their position among
 * the open ones.
 */
export class Position<State, Input, Output> {
  /** The operations that returned, in the order of their calls. All of them must be placed. */
  readonly returned: readonly Operation<Input, Output>[];
  /** For each of them its rank in the order in which the search tries them, from 0. */
  readonly ranks: Int32Array;
  /** The calls and returns of the operations that are not placed yet. */
  readonly timeline: Timeline;
  /** The operations that may be placed or not. */
  readonly open: OpenOperations<Input>;
  /** The placed ones of the returned operations. */
  readonly placed: PlacedSet;
  /** The steps to this position. */
  readonly path: Path;
  /** All states seen. */
  readonly states: States<State>;
  readonly #model: Model<State, Input, Output>;
  readonly #neverReturned: readonly Operation<Input, Output>[];
  readonly #readOnly: readonly boolean[];
  /** For each returned operation the one that its process ran before it; -1 for none. */
  readonly #before: Int32Array;
  readonly #openBefore: Int32Array;
  #state: number;
  #steps = 0;

  /** Makes the start position. Takes operations in the order of their calls, none of them failed. */
  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[]) {
    this.#model = model;
    this.returned = operations.filter(({ status }) => status === "ok");
    // An open operation that changes no state explains nothing.
    this.#neverReturned = operations.filter(
      (one) => one.status === "open" && !this.#isReadOnly(one),
    );
    this.#readOnly = this.returned.map((one) => this.#isReadOnly(one));
    this.#before = predecessors(this.returned, this.returned);
    this.#openBefore = predecessors(this.#neverReturned, this.returned);
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

  /** The number of calls of the model. */
  get steps(): number {
    return this.#steps;
  }

  /** The number of the current state. */
  get state(): number {
    return this.#state;
  }

  /** Places a returned operation if the model and its process allow it here. {@link goBack} returns `cursor` when it undoes the step. */
  place(operation: number, cursor: number): boolean {
    if (!this.#isTurn(this.#before[operation])) return false;
    const state = this.#stateAfter(this.returned[operation]);
    if (state === undefined) return false;
    this.path.push(operation, this.#state, cursor);
    this.timeline.lift(operation);
    this.placed.add(operation);
    this.#state = state;
    return true;
  }

  /** Lets an open operation take effect, if the model and its process allow it and it changes the state. */
  useOpen(operation: number, cursor: number): boolean {
    if (!this.#isTurn(this.#openBefore[operation])) return false;
    const state = this.#stateAfter(this.#neverReturned[operation]);
    if (state === undefined || state === this.#state) return false;
    this.path.push(this.returned.length + operation, this.#state, cursor);
    this.open.use(operation);
    this.#state = state;
    return true;
  }

  /** Places all read-only operations that are legal here: placing them at once loses no solution. */
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

  /** Undoes the last choice and the forced steps after it. @returns its cursor; undefined when there is no choice left. */
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

  /** Records the current configuration. @returns false when a known one covers it. */
  visit(configurations: Configurations): boolean {
    return configurations.add(this.placed, this.#state, this.open.used);
  }

  /** The operations of a path. */
  operationsOf(path: readonly number[]): readonly Operation<Input, Output>[] {
    const all = [...this.returned, ...this.#neverReturned];
    return path.flatMap((operation) => all[operation] ?? []);
  }

  /** Whether the operation that must come first, if there is one, is placed. */
  #isTurn(before = -1): boolean {
    return before === -1 || this.placed.has(before);
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

/** Ranks operations by the guess of the model; without a guess, by their returns. */
function ranksOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  returned: readonly Operation<Input, Output>[],
): Int32Array {
  const interpreted = returned.map((one) => ({ input: one.input, output: outputOf(one) }));
  const guess = model.rank?.(interpreted) ?? [];
  const inOrder = returned.map((one, at) => ({ at, rank: guess[at] ?? 0, end: returnTime(one) }));
  inOrder.sort((one, other) => one.rank - other.rank || one.end - other.end);
  const ranks = new Int32Array(returned.length);
  for (const [rank, { at }] of inOrder.entries()) ranks[at] = rank;
  return ranks;
}

/** The output of an operation; undefined for an open one. */
export function outputOf<Output>(operation: Operation<unknown, Output>): Output | undefined {
  return operation.status === "ok" ? operation.output : undefined;
}

/** A model declares an operation read-only, but the operation changed a state. The model cannot be trusted. */
export class ReadOnlyError extends Error {
  /** The name of this kind of error. */
  override readonly name = "ReadOnlyError";

  /** Takes the name of the model. */
  constructor(model: string) {
    super(`the model ${model} declares an operation readOnly that changes a state`);
  }
}
