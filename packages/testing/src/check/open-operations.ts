import { Identity } from "./identity.ts";

/** An operation that never returned. */
export type OpenOperation<Input> = { readonly call: number; readonly input: Input };

type Kind = { readonly operations: number[]; used: number };

/**
 * The operations that never returned, as the search uses them: each may take effect at any time after
 * its call, or never.
 *
 * Those with equal inputs are interchangeable but for their calls, and whatever the later one does the
 * earlier one could do in its place. So of each kind they are used in the order of their calls only,
 * which saves trying all their orders.
 */
export class OpenOperations<Input> {
  /** The operations that are used, as bits. */
  readonly used: Uint32Array;
  readonly #operations: readonly OpenOperation<Input>[];
  readonly #kinds: readonly Kind[];
  readonly #kindOf: readonly Kind[];

  /** Takes operations in the order of their calls; they are told by their place in it. */
  constructor(operations: readonly OpenOperation<Input>[]) {
    this.#operations = operations;
    this.used = new Uint32Array((operations.length + 31) >>> 5);
    const identity = new Identity();
    const kinds = new Map<string, Kind>();
    this.#kindOf = operations.map(({ input }, at) => {
      const name = identity.of(input);
      const kind = kinds.get(name) ?? { operations: [], used: 0 };
      kinds.set(name, kind);
      kind.operations.push(at);
      return kind;
    });
    this.#kinds = [...kinds.values()];
  }

  /** How many kinds there are. */
  get kinds(): number {
    return this.#kinds.length;
  }

  /** The operation of a kind that may be used next, if it is called at `time` or before. */
  available(kind: number, time: number): number | undefined {
    const of = this.#kinds[kind];
    const next = of?.operations[of.used];
    if (next === undefined) return undefined;
    return (this.#operations[next]?.call ?? Infinity) <= time ? next : undefined;
  }

  /** Uses an operation that is available. */
  use(operation: number): void {
    this.#change(operation, 1);
  }

  /** Takes back the use of an operation, the last used one of its kind. */
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
