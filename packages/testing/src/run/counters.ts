/**
 * Counts by name of what happened in a run: what faults began, and what of them bit. A fault that never bit has shown
 * nothing, so a run says what it met.
 */
export class Counters {
  readonly #counts = new Map<string, number>();

  /** Raises a count, by 1 or by a whole number from 0. Names are words joined by dots: `letters.lost.partition`. */
  count(name: string, by = 1): void {
    if (by > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** How often so far. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** All counts above 0, in the order of their names. */
  toRecord(): Readonly<Record<string, number>> {
    const names = [...this.#counts.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, this.of(name)]));
  }
}
