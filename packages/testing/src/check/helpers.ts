import { Identity } from "./identity.ts";
import type { Model } from "./model.ts";
import { outputOf } from "./output-of.ts";
import type { Position } from "./position.ts";

/**
 * Finds the operations that can help the one that returns first to its place.
 *
 * Only operations that are called before that return can come before it. Of these it leaves out
 *
 * - those that can wait: for the target, and for all that cannot wait for it, directly or through others. In any order they
 *   can be moved after the target (a persistent set in the sense of Godefroid, "Partial-order methods for the verification of
 *   concurrent systems", 1996);
 * - those that equal another one that returns earlier: in any order the two can change places.
 */
export class Helpers<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #position: Position<State, Input, Output>;
  /** For each returned operation, a number that equal ones share. */
  readonly #kinds: Int32Array;

  /** Prepares the operations of a position. */
  constructor(model: Model<State, Input, Output>, position: Position<State, Input, Output>) {
    this.#model = model;
    this.#position = position;
    this.#kinds = kindsOf(position);
  }

  /**
   * The codes of the helpers of `target`, in the order in which to try them. None is read-only: those that are possible are
   * placed already.
   */
  of(target: number): readonly number[] {
    const { open, returned, hints } = this.#position;
    const { ranks } = hints;
    const helpers = this.#firstOfEqual(target);
    const latest = this.#position.returnOf(target);
    for (let kind = 0; kind < open.kinds; kind += 1) {
      const operation = open.available(kind, latest);
      if (operation !== undefined) helpers.push(returned.length + operation);
    }
    return this.#relevant(target, helpers)
      .filter((code) => !this.#position.hints.isReadOnly(code))
      .sort((one, other) => (ranks[one] ?? 0) - (ranks[other] ?? 0));
  }

  /** The running operations without `target`, and of equal ones only the one that returns first. */
  #firstOfEqual(target: number): number[] {
    const { timeline } = this.#position;
    const first = new Map<number, number>([[this.#kinds[target] ?? -1, target]]);
    for (const operation of timeline.running()) {
      const kind = this.#kinds[operation] ?? -1;
      const known = first.get(kind);
      if (known === undefined || timeline.returnNodeOf(operation) < timeline.returnNodeOf(known))
        first.set(kind, operation);
    }
    return [...first.values()].filter((operation) => operation !== target);
  }

  /** Those that cannot wait for the target, directly or through others. */
  #relevant(target: number, codes: number[]): number[] {
    if (this.#model.canWait === undefined) return codes;
    const left = new Set(codes);
    const found = [target];
    for (const one of found) {
      for (const other of left) {
        if (this.#canWait(other, one)) continue;
        left.delete(other);
        found.push(other);
      }
    }
    return codes.filter((code) => !left.has(code));
  }

  #canWait(one: number, other: number): boolean {
    const position = this.#position;
    if (position.mustPrecede(one, other) || position.mustPrecede(other, one)) return false;
    if (position.hints.isReadOnly(one) && position.hints.isReadOnly(other)) return true;
    const [waiting, first] = [position.interpreted(one), position.interpreted(other)];
    return this.#model.canWait?.(waiting, first, position.states.at(position.state)) === true;
  }
}

/** Numbers operations so that equal requests with equal answers share a number. */
function kindsOf<State, Input, Output>(position: Position<State, Input, Output>): Int32Array {
  const identity = new Identity();
  const numbers = new Map<string, number>();
  return Int32Array.from(position.returned, (operation, at) => {
    // A read-only operation is never a helper, and its answer can be long. One with a turn cannot change places.
    if (position.hints.isReadOnly(at) || position.hasTurn(at)) return -2 - at;
    const name = identity.of([operation.input, outputOf(operation)]);
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}
