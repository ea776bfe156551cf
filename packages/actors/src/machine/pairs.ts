/** How many changes each write merges after an iteration has ended: more than the one that it may add. */
const MERGED_PER_WRITE = 4;

/**
 * A map of strings that can be iterated as of one moment, a few pairs at a time, while it keeps changing.
 *
 * During an iteration the map itself is not touched: changes collect beside it, and readers check those first. After
 * the iteration they are merged into the map, a few with each write, so that no operation takes long: beginning an
 * iteration copies nothing, and ending one causes no pause, however large the map. The order of the pairs is that of a
 * `Map`, whatever was iterated and when: the same writes give the same parts on every node.
 */
export class Pairs {
  readonly #map = new Map<string, string>();
  /**
   * Pairs set since: a key that is in `#map` and not removed has its new value here; other keys come after all of
   * `#map`.
   */
  readonly #put = new Map<string, string>();
  /** Keys in `#map` that were removed. */
  readonly #removed = new Set<string>();
  /** The iteration in progress, if any. */
  #iteration: Iteration | undefined;
  /** Merges the changes made during a finished iteration. */
  #merging: Iterator<void> | undefined;
  /** Whether removals are collected too, because the map is being iterated or earlier removals are not merged yet. */
  #collectsRemovals = false;

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
    this.#merge(MERGED_PER_WRITE);
  }

  /** Removes a pair, and returns whether it existed. */
  delete(key: string): boolean {
    if (this.#isPlain) return this.#map.delete(key);
    const there = this.get(key) !== undefined;
    this.#put.delete(key);
    if (!this.#collectsRemovals) this.#map.delete(key);
    else if (this.#map.has(key)) this.#removed.add(key);
    this.#merge(MERGED_PER_WRITE);
    return there;
  }

  /** Removes all pairs. Aborts an iteration in progress. */
  clear(): void {
    this.#settle();
    this.#map.clear();
  }

  /** All pairs whose key starts with `prefix`, in no particular order. */
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
   * The pairs as they are now, in order, as runs of key, value, key, value ... of about `charactersMax` characters and
   * at least one pair each. Only one iteration at a time: another one aborts it, and so does `clear`.
   */
  iterate(charactersMax: number): IterableIterator<readonly string[]> {
    this.#settle();
    this.#collectsRemovals = true;
    const iteration = new Iteration(this.#map, charactersMax, () => {
      this.#iteration = undefined;
      this.#merging = this.#mergeAll();
    });
    this.#iteration = iteration;
    return iteration;
  }

  get #isPlain(): boolean {
    return this.#iteration === undefined && this.#merging === undefined;
  }

  #merge(count: number): void {
    for (let left = count; left > 0 && this.#merging !== undefined; left -= 1)
      if (this.#merging.next().done === true) this.#merging = undefined;
  }

  /** Ends an iteration in progress, and merges all changes at once. */
  #settle(): void {
    this.#iteration?.abort();
    this.#merge(Infinity);
  }

  /** Removals first: a pair that was removed and set again comes after all others. */
  *#mergeAll(): Generator<void> {
    for (const key of this.#removed) {
      this.#map.delete(key);
      this.#removed.delete(key);
      yield;
    }
    this.#collectsRemovals = false;
    for (const [key, value] of this.#put) {
      this.#map.set(key, value);
      this.#put.delete(key);
      yield;
    }
  }
}

/** The pairs of a map that does not change until the iteration has ended. */
class Iteration implements IterableIterator<readonly string[]> {
  readonly #charactersMax: number;
  readonly #onEnd: () => void;
  #pairs: Iterator<[string, string]> | undefined;
  #isAborted = false;

  constructor(map: Map<string, string>, charactersMax: number, onEnd: () => void) {
    this.#pairs = map.entries();
    this.#charactersMax = charactersMax;
    this.#onEnd = onEnd;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<readonly string[], undefined> {
    if (this.#isAborted)
      throw new Error("this iteration was ended by a later snapshot or a restore");
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

  /** Ends it permanently: further calls of `next` throw. */
  abort(): void {
    this.#isAborted = true;
    this.return();
  }
}
