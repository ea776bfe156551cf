/** Faults of one kind that are in force, in the order in which they began. Each ends independently. */
export class InForce<T> {
  #all: readonly T[] = [];

  get all(): readonly T[] {
    return this.#all;
  }

  /** Begins a fault. Returns a function that ends it; further calls do nothing. */
  begin(one: T): () => void {
    const entry = { one };
    this.#entries = [...this.#entries, entry];
    this.#all = this.#entries.map((each) => each.one);
    return () => {
      this.#entries = this.#entries.filter((each) => each !== entry);
      this.#all = this.#entries.map((each) => each.one);
    };
  }

  /** The same value may be in force twice. */
  #entries: readonly { readonly one: T }[] = [];
}
