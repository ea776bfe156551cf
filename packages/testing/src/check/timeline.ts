/** The sentinel before the first event. */
export const BEGINNING = 0;

/** When something was called and when it returned. */
export type Span = { readonly call: number; readonly return: number };

/**
 * The calls and returns of operations as one doubly linked list in the order of time, from which an
 * operation is lifted when it is placed and into which it is put back when its place is given up (Wing
 * and Gong, "Testing and verifying concurrent objects", 1993, as Lowe tells it in "Testing for
 * linearizability", 2017). Both take constant time and leave the rest alone, as in Knuth's dancing links.
 *
 * A node is an event's place in the order, from 1; node 0 stands before the first and after the last.
 * Calls come before returns of the same time: what touches counts as concurrent.
 */
export class Timeline {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** For each node its operation; that of a return is complemented, so that it is negative. */
  readonly #event: Int32Array;
  readonly #callNode: Int32Array;
  readonly #returnNode: Int32Array;

  /** Lists the events of operations, which are from then on told by their place in `spans`. */
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

  /** Whether all operations are lifted. */
  get isEmpty(): boolean {
    return this.#next[BEGINNING] === BEGINNING;
  }

  /** The node behind `node`; {@link BEGINNING} behind the last. */
  after(node: number): number {
    return this.#next[node] ?? BEGINNING;
  }

  /** The node before `node`. */
  before(node: number): number {
    return this.#previous[node] ?? BEGINNING;
  }

  /** The operation that is called at `node`, undefined if one returns there or it is the sentinel. */
  callAt(node: number): number | undefined {
    const event = this.#event[node] ?? -1;
    return event < 0 || node === BEGINNING ? undefined : event;
  }

  /** The first return that is left. Only what is called before it may be placed next. */
  firstReturn(): number {
    let node = this.after(BEGINNING);
    while (node !== BEGINNING && (this.#event[node] ?? -1) >= 0) node = this.after(node);
    return node;
  }

  /** The operation that returns at `node`. */
  returnedAt(node: number): number {
    return ~(this.#event[node] ?? -1);
  }

  /** Takes an operation out. */
  lift(operation: number): void {
    this.#unlink(this.#callNode[operation] ?? BEGINNING);
    this.#unlink(this.#returnNode[operation] ?? BEGINNING);
  }

  /** Puts back the operation that was lifted last of those that are out. */
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
  const events = spans.flatMap((span, at) => [
    { event: at, time: span.call },
    { event: ~at, time: span.return },
  ]);
  events.sort(
    (one, other) => one.time - other.time || Math.sign(other.event) - Math.sign(one.event),
  );
  return Int32Array.from([0, ...events.map(({ event }) => event)]);
}
