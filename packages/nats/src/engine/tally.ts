/** Counts by name. What is not named is 0. */
type Counts<Name extends string> = { readonly [Each in Name]?: number };

/** Counts that begin again at 0 with each process, added up over all of them. */
export class Tally<Name extends string> {
  readonly #names: readonly Name[];
  readonly #ended = new Map<Name, number>();
  #present: Counts<Name> | undefined;

  constructor(names: readonly Name[]) {
    this.#names = names;
  }

  /** What the present process has counted so far. */
  report(counts: Counts<Name>): void {
    this.#present = counts;
  }

  /** The present process has ended. What it had not reported is not known. */
  end(): void {
    for (const [name, count] of Object.entries<number>(this.total))
      this.#ended.set(name as Name, count);
    this.#present = undefined;
  }

  /** The sums. */
  get total(): Readonly<Record<Name, number>> {
    const sum = (name: Name): number => (this.#ended.get(name) ?? 0) + (this.#present?.[name] ?? 0);
    return Object.fromEntries(this.#names.map((name) => [name, sum(name)])) as Record<Name, number>;
  }
}
