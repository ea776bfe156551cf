/** A position that can be reached from the root of a {@link Frontier} by placing helpers. */
export type FrontierNode = {
  /** The node before it; undefined for the root. */
  readonly parent: FrontierNode | undefined;
  /** The code of the step from there. The root has none. */
  readonly code: number;
  /** Whether the step achieved nothing but a new state. */
  readonly isIdle: boolean;
};

/** A way to explain the return of the target: place it at a node, where it is possible or done already. */
export type Exit = { readonly node: FrontierNode; readonly isDone: boolean };

/**
 * All positions that a search can reach before the return of one operation, by the number of steps: those with few helpers
 * come first, so that most of the others turn out to be covered.
 */
export class Frontier {
  /** Bytes of one node, and of its exits. */
  static readonly NODE_BYTES = 160;
  /** The number of nodes. */
  size = 1;
  readonly #nodes: FrontierNode[] = [{ parent: undefined, code: 0, isIdle: false }];
  readonly #exits: Exit[] = [];
  #nextNode = 0;
  #nextExit = 0;

  /** Adds a node. */
  add(node: FrontierNode): void {
    this.#nodes.push(node);
    this.size += 1;
  }

  /** Adds an exit. */
  addExit(exit: Exit): void {
    this.#exits.push(exit);
  }

  /** The next node whose helpers were not tried yet; undefined when there is none. */
  takeNode(): FrontierNode | undefined {
    const node = this.#nodes[this.#nextNode];
    this.#nextNode += 1;
    return node;
  }

  /** The next exit; undefined when there is none yet. */
  takeExit(): Exit | undefined {
    const exit = this.#exits[this.#nextExit];
    if (exit !== undefined) this.#nextExit += 1;
    return exit;
  }
}

/** The steps from the root to a node. */
export function stepsTo(node: FrontierNode): readonly number[] {
  const codes: number[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) codes.push(at.code);
  return codes.reverse();
}
