import { returnTime, type Operation } from "../history/history.ts";
import type { Configurations } from "./configurations.ts";
import { OverwritesError, ReadOnlyError } from "./broken-hints.ts";
import type { Interpreted, Model } from "./model.ts";
import { isReadOnly, OperationHints, timed } from "./operation-hints.ts";
import { OpenOperations } from "./open-operations.ts";
import { outputOf } from "./output-of.ts";
import { Path } from "./path.ts";
import { PlacedSet } from "./placed-set.ts";
import { predecessors } from "./process-order.ts";
import { SpareSet } from "./spare-set.ts";
import { States } from "./states.ts";
import { BEGINNING, Timeline } from "./timeline.ts";

/**
 * The position of a search: which operations are placed, in which order, and the state after them.
 *
 * Returned operations are identified by their position among the returned ones, open operations by their position among
 * the open ones plus the number of returned ones. These numbers are also the codes of the steps that place them.
 *
 * An operation that overwrites the state takes with it all running ones that overwrite it too: they may have taken effect
 * right before it, unseen. They count as placed, but they are spare: until it returns, a spare operation may still be placed
 * at another moment instead. When it returns, the search drops it.
 */
export class Position<State, Input, Output> {
  /** The operations that returned, in the order of their calls. All of them must be placed. */
  readonly returned: readonly Operation<Input, Output>[];
  /** What the model tells about each operation, by its code. */
  readonly hints: OperationHints;
  /** The calls and returns of the operations that are not placed yet, and of the spare ones. */
  readonly timeline: Timeline;
  /** The operations that may be placed or not. */
  readonly open: OpenOperations<Input>;
  /** The returned operations that are placed or spare. */
  readonly placed: PlacedSet;
  /** The spare ones of them. */
  readonly spare: SpareSet;
  /** The steps to this position. */
  readonly path: Path;
  /** All states seen. */
  readonly states: States<State>;
  readonly #model: Model<State, Input, Output>;
  readonly #neverReturned: readonly Operation<Input, Output>[];
  /** The returned operation that must come before each operation, by its code; -1 for none. */
  readonly #before: Int32Array;
  readonly #hasTurns: boolean;
  /** The number of the state after each operation that overwrites it, by its code; -1 when it is not known yet. */
  readonly #overwritten: Int32Array;
  /** The operations that became spare, in this order. A step records how many there were before it. */
  readonly #madeSpare: number[] = [];
  #state: number;
  #steps = 0;

  /** Makes the start position. Takes operations in the order of their calls, none of them failed. */
  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[]) {
    this.#model = model;
    this.returned = operations.filter(({ status }) => status === "ok");
    // An open operation that changes no state explains nothing.
    this.#neverReturned = operations.filter(
      (one) => one.status === "open" && !isReadOnly(model, one),
    );
    const all = [...this.returned, ...this.#neverReturned];
    this.hints = new OperationHints(model, all);
    this.#before = predecessors(all, this.returned);
    this.#hasTurns = all.some(({ turn }) => turn !== undefined);
    this.#overwritten = new Int32Array(all.length).fill(-1);
    this.timeline = new Timeline(
      this.returned.map((one) => ({ call: one.call, return: returnTime(one) })),
    );
    const distinctions = model.distinctions?.(all.map(timed));
    this.open = new OpenOperations(this.#neverReturned, (input) => distinctions?.effect(input));
    this.placed = new PlacedSet(this.returned.length);
    this.spare = new SpareSet(this.returned.length);
    this.path = new Path(all.length);
    this.states = new States(distinctions ?? model);
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

  /** Whether every operation that returned is placed. */
  get isComplete(): boolean {
    return this.placed.size === this.returned.length;
  }

  /** The operation that returns first of those that are not placed, or spare. There must be one. */
  get target(): number {
    return this.timeline.returnedAt(this.timeline.firstReturn());
  }

  /** Whether an operation still waits for its place, or is spare. */
  isLeft(operation: number): boolean {
    return !this.placed.has(operation) || this.spare.has(operation);
  }

  /** The time when the operation of a code returned; infinite for an open one. */
  returnOf(code: number): number {
    return returnTime(this.#operation(code));
  }

  /** Whether one operation must come before another one of its process, although their times touch. */
  mustPrecede(one: number, other: number): boolean {
    return this.#before[other] === one;
  }

  /** Whether the operations of a process that must come before that of a code are told by more than their times. */
  hasTurn(code: number): boolean {
    return this.#operation(code).turn !== undefined;
  }

  /**
   * Places the operation of a code if the model and its process allow it here. An open operation must change the state.
   */
  place(code: number): boolean {
    if (!this.#isTurn(code)) return false;
    const isOpen = code >= this.returned.length;
    const state = this.#stateAfter(code);
    if (state === undefined || (isOpen && state === this.#state)) return false;
    const mark = this.#madeSpare.length;
    const wasSpare = !isOpen && this.spare.has(code);
    if (this.hints.overwrites(code)) this.#spareOthers(code);
    this.path.push(wasSpare ? code + this.#count : code, this.#state, mark);
    if (isOpen) {
      this.open.use(code - this.returned.length);
    } else {
      this.timeline.lift(code);
      if (wasSpare) this.spare.remove(code);
      else this.placed.add(code);
    }
    this.#state = state;
    return true;
  }

  /** Gives up a spare operation that returns before all others that are left. */
  drop(operation: number): void {
    this.path.push(~operation, this.#state, this.#madeSpare.length);
    this.timeline.lift(operation);
    this.spare.remove(operation);
  }

  /** Whether the model allows the operation of a code here, or right after that of another one. */
  allows(code: number, after?: number): boolean {
    if (!this.#isTurn(code) && this.#before[code] !== after) return false;
    if (after !== undefined && !this.#isTurn(after)) return false;
    const here = this.#state;
    const next = after === undefined ? here : this.#stateAfter(after);
    if (next === undefined) return false;
    this.#state = next;
    const isAllowed = this.#stateAfter(code) !== undefined;
    this.#state = here;
    return isAllowed;
  }

  /** Places all read-only operations that are legal here: placing them at once loses no solution. */
  settle(): void {
    // One can make way for another one of its process.
    while (this.#placeReadOnly() && this.#hasTurns);
  }

  /** Undoes the last steps until `length` are left. */
  rewind(length: number): void {
    while (this.path.length > length) this.#undo();
  }

  /** Takes the step of a code again. It must have been possible here. */
  repeat(code: number): void {
    if (code < 0) this.drop(~code);
    else if (!this.place(this.operationOf(code))) throw new Error("a step cannot be repeated");
  }

  /** The operation that a code places: spare operations have codes of their own in a path. */
  operationOf(code: number): number {
    return code >= this.#count ? code - this.#count : code;
  }

  /** Records the current configuration. @returns false when a known one covers it. */
  visit(configurations: Configurations): boolean {
    return configurations.add(this.placed, this.#state, this.open.used, this.spare);
  }

  /** The request and the answer of the operation of a code. An open operation has no answer. */
  interpreted(code: number): Interpreted<Input, Output> {
    return this.#operation(code) as Interpreted<Input, Output>;
  }

  /**
   * The operations in the order of the steps `codes` from the start. An operation that stayed spare is right before the one
   * that overwrote it.
   */
  orderOf(codes: readonly number[]): readonly Operation<Input, Output>[] {
    const placed = new Set(codes.map((code) => this.operationOf(code)));
    const order: Operation<Input, Output>[] = [];
    this.rewind(0);
    for (const code of codes) {
      const mark = this.#madeSpare.length;
      this.repeat(code);
      const unseen = this.#madeSpare.slice(mark).filter((operation) => !placed.has(operation));
      for (const operation of unseen) order.push(this.#operation(operation));
      if (code >= 0) order.push(this.#operation(this.operationOf(code)));
    }
    return order;
  }

  get #count(): number {
    return this.returned.length + this.#neverReturned.length;
  }

  #operation(code: number): Operation<Input, Output> {
    const { length } = this.returned;
    const operation = code < length ? this.returned[code] : this.#neverReturned[code - length];
    if (operation === undefined) throw new RangeError(`there is no operation ${code}`);
    return operation;
  }

  /** Makes the running operations that overwrite the state spare: they may come right before that of `code`. */
  #spareOthers(code: number): void {
    for (const other of this.timeline.running()) {
      if (other === code || !this.hints.overwrites(other) || this.placed.has(other)) continue;
      this.placed.add(other);
      this.spare.add(other);
      this.#madeSpare.push(other);
    }
  }

  /** Whether the operation that must come before that of a code, if there is one, is placed. */
  #isTurn(code: number): boolean {
    const before = this.#before[code] ?? -1;
    return before === -1 || this.placed.has(before);
  }

  /** @returns whether one was placed. */
  #placeReadOnly(): boolean {
    const { length } = this.path;
    let node = this.timeline.after(BEGINNING);
    for (;;) {
      const operation = this.timeline.callAt(node);
      if (operation === undefined) return this.path.length > length;
      const before = this.timeline.before(node);
      const here = this.#state;
      const isPlaced = this.hints.isReadOnly(operation) && this.place(operation);
      if (isPlaced && this.#state !== here) throw new ReadOnlyError(this.#model.name);
      node = this.timeline.after(isPlaced ? before : node);
    }
  }

  #undo(): void {
    const step = this.path.pop();
    if (step === undefined) return;
    const { code, state, mark } = step;
    const operation = code < 0 ? ~code : this.operationOf(code);
    if (operation >= this.returned.length) {
      this.open.unuse(operation - this.returned.length);
    } else {
      this.timeline.putBack(operation);
      if (code < 0 || code >= this.#count) this.spare.add(operation);
      else this.placed.remove(operation);
    }
    while (this.#madeSpare.length > mark) {
      const other = this.#madeSpare.pop() ?? 0;
      this.spare.remove(other);
      this.placed.remove(other);
    }
    this.#state = state;
  }

  #stateAfter(code: number): number | undefined {
    const operation = this.#operation(code);
    this.#steps += 1;
    const here = this.states.at(this.#state);
    const after = this.#model.step(here, operation.input, outputOf(operation));
    const overwrites = this.hints.overwrites(code);
    if (after === undefined) {
      if (overwrites) throw new OverwritesError(this.#model.name);
      return undefined;
    }
    const number = after === here ? this.#state : this.states.numberOf(after);
    if (overwrites) {
      const known = this.#overwritten[code] ?? -1;
      if (known !== -1 && known !== number) throw new OverwritesError(this.#model.name);
      this.#overwritten[code] = number;
    }
    return number;
  }
}
