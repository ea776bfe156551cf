/** How many changes each write carries over, once a drawing has ended: more than the one that it may add. */
const CARRIED_PER_WRITE = 4;

/**
 * A map of strings that can be drawn, a few pairs at a time, as it was at one moment, while it changes on.
 *
 * As long as it is drawn nothing touches the map itself: changes gather beside it, and whoever looks finds those first.
 * When the drawing has ended they are carried over into the map, a few with each write, so that nothing ever takes
 * long: to begin a drawing takes no copy, and to end one no pause, however large the map. The order of the pairs is
 * that of a `Map`, whatever was drawn when: the same writes give the same parts on every node.
 */
export class Pairs {
  readonly #map = new Map<string, string>();
  /** Pairs put since: over others of the same key that are in `#map` and not removed, else behind them all. */
  readonly #put = new Map<string, string>();
  /** Keys in `#map` that are not to be there any more. */
  readonly #removed = new Set<string>();
  /** The one that goes on, if any does. */
  #drawing: Drawing | undefined;
  /** Carries over the changes of a drawing that has ended. */
  #carrying: Iterator<void> | undefined;
  /** Whether removals gather, too, because the map is drawn, or not all of those before are carried over. */
  #gathersRemovals = false;

  get(key: string): string | undefined {
    const there = this.#isPlain ? undefined : this.#put.get(key);
    if (there !== undefined) return there;
    return this.#removed.size > 0 && this.#removed.has(key) ? undefined : this.#map.get(key);
  }

  set(key: string, value: string): void {
    if (this.#isPlain) {
      this.#map.set(key, value);
      return;
    }
    this.#put.set(key, value);
    this.#carry(CARRIED_PER_WRITE);
  }

  /** Removes a pair, and says whether it was there. */
  delete(key: string): boolean {
    if (this.#isPlain) return this.#map.delete(key);
    const there = this.get(key) !== undefined;
    this.#put.delete(key);
    if (!this.#gathersRemovals) this.#map.delete(key);
    else if (this.#map.has(key)) this.#removed.add(key);
    this.#carry(CARRIED_PER_WRITE);
    return there;
  }

  /** Removes all. A drawing that goes on is broken off. */
  clear(): void {
    this.#settle();
    this.#map.clear();
  }

  /** All pairs whose key starts with `prefix`, in no order that means anything. */
  *startingWith(prefix: string): Generator<readonly [string, string]> {
    for (const [key, value] of this.#map) {
      if (!key.startsWith(prefix) || this.#removed.has(key)) continue;
      yield [key, this.#put.get(key) ?? value];
    }
    for (const [key, value] of this.#put) {
      if (!key.startsWith(prefix)) continue;
      if (!this.#map.has(key) || this.#removed.has(key)) yield [key, value];
    }
  }

  /**
   * The pairs as they are now, in their order, in runs of key, value, key, value ... of about `charactersMax` characters
   * and at least one pair each. Only one drawing at a time: another one breaks it off, and so does `clear`.
   */
  draw(charactersMax: number): IterableIterator<readonly string[]> {
    this.#settle();
    this.#gathersRemovals = true;
    const drawing = new Drawing(this.#map, charactersMax, () => {
      this.#drawing = undefined;
      this.#carrying = this.#carryAll();
    });
    this.#drawing = drawing;
    return drawing;
  }

  get #isPlain(): boolean {
    return this.#drawing === undefined && this.#carrying === undefined;
  }

  #carry(count: number): void {
    for (let left = count; left > 0 && this.#carrying !== undefined; left -= 1)
      if (this.#carrying.next().done === true) this.#carrying = undefined;
  }

  /** Ends a drawing that goes on, and carries over all changes at once. */
  #settle(): void {
    this.#drawing?.breakOff();
    this.#carry(Infinity);
  }

  /** Removals first: a pair that was removed and put again stands behind all others. */
  *#carryAll(): Generator<void> {
    for (const key of this.#removed) {
      this.#map.delete(key);
      this.#removed.delete(key);
      yield;
    }
    this.#gathersRemovals = false;
    for (const [key, value] of this.#put) {
      this.#map.set(key, value);
      this.#put.delete(key);
      yield;
    }
  }
}

/** The pairs of a map that nobody changes until the drawing has ended. */
class Drawing implements IterableIterator<readonly string[]> {
  readonly #charactersMax: number;
  readonly #onEnd: () => void;
  #pairs: Iterator<[string, string]> | undefined;
  #isBroken = false;

  constructor(map: Map<string, string>, charactersMax: number, onEnd: () => void) {
    this.#pairs = map.entries();
    this.#charactersMax = charactersMax;
    this.#onEnd = onEnd;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<readonly string[], undefined> {
    if (this.#isBroken) throw new Error("the state is drawn by a later snapshot, or gone");
    const run: string[] = [];
    let characters = 0;
    while (characters < this.#charactersMax) {
      const next = this.#pairs?.next();
      if (next === undefined || next.done === true) break;
      const [key, value] = next.value;
      run.push(key, value);
      characters += key.length + value.length;
    }
    return run.length > 0 ? { done: false, value: run } : this.return();
  }

  return(): { readonly done: true; readonly value: undefined } {
    if (this.#pairs !== undefined) {
      this.#pairs = undefined;
      this.#onEnd();
    }
    return { done: true, value: undefined };
  }

  /** Ends it for good: whoever goes on drawing is told. */
  breakOff(): void {
    this.#isBroken = true;
    this.return();
  }
}
