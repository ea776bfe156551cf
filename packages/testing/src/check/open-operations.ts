import { Identity } from "./identity.ts";

/** An operation that never returned. */
export type OpenOperation<Input> = {
  readonly call: number;
  readonly input: Input;
  readonly turn?: number;
};

type Kind = { readonly operations: number[]; used: number };

/**
 * The operations that never returned, as the search uses them: each may take effect at any time after its call, or never.
 *
 * Operations with equal inputs, or with effects that nothing can tell apart, form a kind. They differ only in their calls, and
 * an earlier one can always replace a later one. So the search uses the operations of a kind only in the order of their calls
 * and need not try other orders. One that must wait for another operation of its process is a kind of its own.
 */
export class OpenOperations<Input> {
  /** The used operations, as bits. */
  readonly used: Uint32Array;
  readonly #operations: readonly OpenOperation<Input>[];
  readonly #kinds: readonly Kind[];
  readonly #kindOf: readonly Kind[];

  /**
   * Takes operations in the order of their calls. Each is identified by its position in this list.
   *
   * @param effect a text that several share only if nothing can tell their effects apart; undefined for one that has none.
   */
  constructor(
    operations: readonly OpenOperation<Input>[],
    effect: (input: Input) => string | undefined = () => undefined,
  ) {
    this.#operations = operations;
    this.used = new Uint32Array((operations.length + 31) >>> 5);
    const identity = new Identity();
    const kinds = new Map<string, Kind>();
    this.#kindOf = operations.map(({ input, turn }, at) => {
      const shown = effect(input);
      const own = shown === undefined ? identity.of(input) : `effect ${shown}`;
      const name = turn === undefined ? own : `turn ${at}`;
      const kind = kinds.get(name) ?? { operations: [], used: 0 };
      kinds.set(name, kind);
      kind.operations.push(at);
      return kind;
    });
    this.#kinds = [...kinds.values()];
  }

  /** The number of kinds. */
  get kinds(): number {
    return this.#kinds.length;
  }

  /** The next operation of a kind, if it is called at `time` or earlier. */
  available(kind: number, time: number): number | undefined {
    const of = this.#kinds[kind];
    const next = of?.operations[of.used];
    if (next === undefined) return undefined;
    return (this.#operations[next]?.call ?? Infinity) <= time ? next : undefined;
  }

  /** Marks an available operation as used. */
  use(operation: number): void {
    this.#change(operation, 1);
  }

  /** Undoes {@link use}. The operation must be the last used one of its kind. */
  unuse(operation: number): void {
    this.#change(operation, -1);
  }

  #change(operation: number, by: 1 | -1): void {
    const kind = this.#kindOf[operation];
    if (kind !== undefined) kind.used += by;
    const at = operation >>> 5;
    this.used[at] = (this.used[at] ?? 0) ^ (1 << (operation & 31));
  }
}
