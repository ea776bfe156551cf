import type { Model } from "./model.ts";

/** The size of a state without its key: a map entry, a list element, and an object with a few fields. */
const STATE_BYTES = 160;

/** How states are compared. */
export type Comparison<State> = Pick<Model<State, never, never>, "key" | "same">;

/** The states that a search has seen, numbered: equal states have one number, so comparing them is fast. */
export class States<State> {
  readonly #model: Comparison<State>;
  /** The newest state of each key. */
  readonly #numbers = new Map<string | number, number>();
  readonly #states: State[] = [];
  /** For each state an older one with the same key; -1 for none. Only of models whose keys are not exact. */
  readonly #older: number[] = [];
  #bytes = 0;

  constructor(model: Comparison<State>) {
    this.#model = model;
  }

  /**
   * The estimated size of the states in bytes. It assumes that a state is as large as its key, and two bytes per
   * character.
   */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of a state. A new state gets a new number. */
  numberOf(state: State): number {
    const key = this.#model.key(state);
    const newest = this.#numbers.get(key) ?? -1;
    const known = this.#find(state, newest);
    if (known !== -1) return known;
    const number = this.#states.length;
    this.#numbers.set(key, number);
    this.#states.push(state);
    if (this.#model.same !== undefined) this.#older.push(newest);
    this.#bytes += STATE_BYTES + (typeof key === "string" ? 4 * key.length : 0);
    return number;
  }

  /** The state with a number from {@link numberOf}. */
  at(number: number): State {
    // Every number from `numberOf` has a state. The compiler cannot know that.
    return this.#states[number] as State;
  }

  /** The number of an equal state, from `newest` to older ones with the same key; -1 for none. */
  #find(state: State, newest: number): number {
    if (this.#model.same === undefined) return newest;
    let number = newest;
    while (number !== -1 && !this.#model.same(this.at(number), state))
      number = this.#older[number] ?? -1;
    return number;
  }
}
