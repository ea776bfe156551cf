import type { NodeId } from "@kontiki/core";
import { composed, keyOf, permutationsOf, relabelled, type Permutation } from "./relabel.ts";

/** The renamings of nodes that a search takes for the same, and what each does to what is named by a number. */
export class Symmetry {
  /** The identity first. */
  readonly permutations: readonly Permutation[];
  readonly #renamings: readonly ReadonlyMap<string, string>[];
  /** The place of "`first`, then `second`" at `first * count + second`. */
  readonly #composed: readonly number[];

  /** @param reduces whether nodes may be renamed at all. */
  constructor(names: readonly NodeId[], reduces: boolean) {
    const all = permutationsOf(names.length);
    this.permutations = reduces ? all : all.slice(0, 1);
    this.#renamings = this.permutations.map(
      ({ to }) => new Map(names.map((name, at) => [name, names[to[at] ?? 0] ?? name])),
    );
    this.#composed = this.permutations.flatMap((first) =>
      this.permutations.map((second) => composed(this.permutations, first, second)),
    );
  }

  /** The value under each permutation, in their order. */
  orbitOf<T>(value: T): readonly T[] {
    return this.#renamings.map((names, at) => (at === 0 ? value : relabelled(value, names)));
  }

  /** Which permutation has the effect of these two, one after the other. */
  both(first: number, second: number): number {
    return this.#composed[first * this.permutations.length + second] ?? 0;
  }
}

/** Equal values by one number, from 1 in the order of their coming, and what each becomes when nodes are renamed. */
export class Symbols<T> {
  readonly #symmetry: Symmetry;
  readonly #normal: (value: T) => T;
  readonly #ids = new Map<string, number>();
  readonly #values: T[] = [];
  /** For each number, from 0: its number under each permutation. */
  readonly #under: number[] = [];
  /** For each number: the least one among those it becomes. */
  readonly #classes: number[] = [];
  readonly #count: number;
  #bytes = 0;

  /** @param normal gives equal values one form, where a renaming may change that: what is sorted by names is sorted anew. */
  constructor(symmetry: Symmetry, normal: (value: T) => T = (value) => value) {
    this.#symmetry = symmetry;
    this.#normal = normal;
    this.#count = symmetry.permutations.length;
    for (let place = 0; place < this.#count; place += 1) this.#under.push(0);
    this.#classes.push(0);
  }

  get size(): number {
    return this.#values.length;
  }

  /** What they take in memory, as an estimate: a value is taken to be four times as large as its key. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of a value; those that it becomes under all permutations get theirs as well. */
  idOf(value: T): number {
    const normal = this.#normal(value);
    return this.#ids.get(keyOf(normal)) ?? this.#enter(normal);
  }

  /** The value of a number that was given out. */
  valueOf(id: number): T {
    const value = this.#values[id - 1];
    if (value === undefined) throw new RangeError(`nothing has the number ${id}`);
    return value;
  }

  /** What a number becomes under a permutation. 0 stays 0. */
  under(id: number, permutation: number): number {
    return this.#under[id * this.#count + permutation] ?? 0;
  }

  /** The same for all that become each other, and for no others. */
  classOf(id: number): number {
    return this.#classes[id] ?? 0;
  }

  #enter(value: T): number {
    const least = this.#values.length + 1;
    const orbit = this.#symmetry.orbitOf(value).map((each) => {
      const renamed = this.#normal(each);
      const key = keyOf(renamed);
      const known = this.#ids.get(key);
      if (known !== undefined) return known;
      this.#values.push(renamed);
      this.#ids.set(key, this.#values.length);
      this.#bytes += 10 * key.length + 8 * this.#count;
      return this.#values.length;
    });
    for (let id = least; id <= this.#values.length; id += 1) {
      const first = orbit.indexOf(id);
      for (let second = 0; second < this.#count; second += 1)
        this.#under.push(orbit[this.#symmetry.both(first, second)] ?? 0);
      this.#classes.push(least);
    }
    return least;
  }
}
