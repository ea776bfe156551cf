/** The sentinel before the first event. */
export const BEGINNING = 0;

/** The times of an operation's call and return. */
export type Span = { readonly call: number; readonly return: number };

/**
 * The calls and returns of operations as one doubly linked list, ordered by time. The search lifts an operation out of the
 * list when it places it, and puts it back when it undoes the step (Wing and Gong, "Testing and verifying concurrent
 * objects", 1993, as described by Lowe in "Testing for linearizability", 2017). Both take constant time and leave the
 * other nodes unchanged, as in Knuth's dancing links.
 *
 * A node is the position of an event in the order, from 1. Node 0 is before the first and after the last. Calls come
 * before returns of the same time, so operations that touch count as concurrent.
 */
export class Timeline {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** The operation of each node. For a return it is the bitwise complement, which is negative. */
  readonly #event: Int32Array;
  readonly #callNode: Int32Array;
  readonly #returnNode: Int32Array;

  /** Lists the events of operations. An operation is identified by its position in `spans`. */
  constructor(spans: readonly Span[]) {
    const count = spans.length;
    this.#event = eventsInOrder(spans);
    this.#next = Int32Array.from(
      { length: 2 * count + 1 },
      (_, node) => (node + 1) % (2 * count + 1),
    );
    this.#previous = Int32Array.from({ length: 2 * count + 1 }, (_, node) => node - 1);
    this.#previous[BEGINNING] = 2 * count;
    this.#callNode = new Int32Array(count);
    this.#returnNode = new Int32Array(count);
    for (let node = 1; node <= 2 * count; node += 1) {
      const event = this.#event[node] ?? 0;
      if (event < 0) this.#returnNode[~event] = node;
      else this.#callNode[event] = node;
    }
  }

  /** The node after `node`; {@link BEGINNING} after the last. */
  after(node: number): number {
    return this.#next[node] ?? BEGINNING;
  }

  /** The node before `node`. */
  before(node: number): number {
    return this.#previous[node] ?? BEGINNING;
  }

  /** The operation that is called at `node`; undefined when `node` is a return or the sentinel. */
  callAt(node: number): number | undefined {
    const event = this.#event[node] ?? -1;
    return event < 0 || node === BEGINNING ? undefined : event;
  }

  /** The first return that is left. Only operations that are called before it may be placed next. */
  firstReturn(): number {
    let node = this.after(BEGINNING);
    while (node !== BEGINNING && (this.#event[node] ?? -1) >= 0) node = this.after(node);
    return node;
  }

  /** The operation that returns at `node`. */
  returnedAt(node: number): number {
    return ~(this.#event[node] ?? -1);
  }

  /** The node at which an operation returns: a lower one returns earlier. */
  returnNodeOf(operation: number): number {
    return this.#returnNode[operation] ?? BEGINNING;
  }

  /** The operations that are called before the first return that is left: one of them comes next. */
  running(): readonly number[] {
    const found: number[] = [];
    for (let node = this.after(BEGINNING); ; node = this.after(node)) {
      const operation = this.callAt(node);
      if (operation === undefined) return found;
      found.push(operation);
    }
  }

  /** Removes an operation. */
  lift(operation: number): void {
    this.#unlink(this.#callNode[operation] ?? BEGINNING);
    this.#unlink(this.#returnNode[operation] ?? BEGINNING);
  }

  /** Puts back an operation. It must be the last lifted one of those that are out. */
  putBack(operation: number): void {
    this.#link(this.#returnNode[operation] ?? BEGINNING);
    this.#link(this.#callNode[operation] ?? BEGINNING);
  }

  #unlink(node: number): void {
    const [before, after] = [this.before(node), this.after(node)];
    this.#next[before] = after;
    this.#previous[after] = before;
  }

  #link(node: number): void {
    this.#next[this.before(node)] = node;
    this.#previous[this.after(node)] = node;
  }
}

function eventsInOrder(spans: readonly Span[]): Int32Array {
  const timeOf = (event: number): number =>
    (event < 0 ? spans[~event]?.return : spans[event]?.call) ?? 0;
  const events = new Int32Array(2 * spans.length);
  for (let at = 0; at < spans.length; at += 1) [events[2 * at], events[2 * at + 1]] = [at, ~at];
  events.sort((one, other) => timeOf(one) - timeOf(other) || Number(one < 0) - Number(other < 0));
  const inOrder = new Int32Array(events.length + 1);
  inOrder.set(events, 1);
  return inOrder;
}
