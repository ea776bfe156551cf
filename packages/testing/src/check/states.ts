import type { Model } from "./model.ts";

/** What a state costs beside its key: an entry of a map, a place in a list, an object of some fields. */
const STATE_BYTES = 160;

/** The states that a search has seen, by number: equal states are one, and compare as fast as numbers. */
export class States<State> {
  readonly #model: Pick<Model<State, never, never>, "key">;
  readonly #numbers = new Map<string | number, number>();
  readonly #states: State[] = [];
  #bytes = 0;

  constructor(model: Pick<Model<State, never, never>, "key">) {
    this.#model = model;
  }

  /**
   * Bytes that the states take, as an estimate: a state is taken to be as large as its key, and a
   * letter to be of two bytes.
   */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of a state. */
  numberOf(state: State): number {
    const key = this.#model.key(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    this.#numbers.set(key, number);
    this.#states.push(state);
    this.#bytes += STATE_BYTES + (typeof key === "string" ? 4 * key.length : 0);
    return number;
  }

  /** The state of a number that {@link numberOf} gave. */
  at(number: number): State {
    // Every number given belongs to a state, but for the compiler a place in a list may be empty.
    return this.#states[number] as State;
  }
}
