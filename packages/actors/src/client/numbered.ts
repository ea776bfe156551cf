/** How many removed places at the beginning are kept before they are cut off, if they are more than half of all. */
const SPARE = 256;

/**
 * Values by number, for numbers that are given in order and removed in about the same order: a list with a moving
 * beginning, which costs a fraction of a map.
 */
export class Numbered<T> {
  #values: (T | undefined)[] = [];
  /** The number of the first place, and the first place that may hold a value. */
  #base = 0;
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The lowest number that has a value. */
  get lowest(): number | undefined {
    return this.#size === 0 ? undefined : this.#base + this.#head;
  }

  get(number: number): T | undefined {
    const place = number - this.#base;
    return place >= 0 && place < this.#values.length ? this.#values[place] : undefined;
  }

  /** Adds a value under a number that is higher than all before. */
  add(number: number, value: T): void {
    if (this.#size === 0) {
      this.#values = [];
      this.#base = number;
      this.#head = 0;
    }
    const place = number - this.#base;
    while (this.#values.length < place) this.#values.push(undefined);
    this.#values.push(value);
    this.#size += 1;
  }

  /** Removes a value, and gives it if there was one. */
  take(number: number): T | undefined {
    const value = this.get(number);
    if (value === undefined) return undefined;
    const values = this.#values;
    values[number - this.#base] = undefined;
    this.#size -= 1;
    if (this.#size === 0) return value;
    while (values[this.#head] === undefined) this.#head += 1;
    if (this.#head > SPARE && this.#head * 2 > values.length) {
      values.splice(0, this.#head);
      this.#base += this.#head;
      this.#head = 0;
    }
    return value;
  }

  /** Those that a condition holds for, with their numbers, in order. It makes nothing for the others. */
  where(holds: (value: T) => boolean): [number, T][] {
    const found: [number, T][] = [];
    const values = this.#values;
    for (let place = this.#head; place < values.length; place += 1) {
      const value = values[place];
      if (value !== undefined && holds(value)) found.push([this.#base + place, value]);
    }
    return found;
  }
}
