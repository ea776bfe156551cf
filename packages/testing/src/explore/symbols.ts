import type { NodeId } from "@kontiki/core";
import { composed, keyOf, permutationsOf, relabelled, type Permutation } from "./relabel.ts";

/** The renamings of nodes that a search treats as equivalent. */
export class Symmetry {
  /** The identity first. */
  readonly permutations: readonly Permutation[];
  readonly #renamings: readonly ReadonlyMap<string, string>[];
  /** The position of the permutation "`first`, then `second`", at `first * count + second`. */
  readonly #composed: readonly number[];

  /** @param reduces whether nodes may be renamed; if not, only the identity is used. */
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

  /** The value under each permutation, in the order of {@link permutations}. */
  orbitOf<T>(value: T): readonly T[] {
    return this.#renamings.map((names, at) => (at === 0 ? value : relabelled(value, names)));
  }

  /** The permutation that applies `first` and then `second`. */
  both(first: number, second: number): number {
    return this.#composed[first * this.permutations.length + second] ?? 0;
  }
}

/**
 * Numbers values: equal values get one number, from 1 in the order in which they appear. Also knows the number of each
 * value under each renaming of nodes.
 */
export class Symbols<T> {
  readonly #symmetry: Symmetry;
  readonly #normal: (value: T) => T;
  readonly #ids = new Map<string, number>();
  readonly #values: T[] = [];
  /** For each number, from 0: its number under each permutation. */
  readonly #under: number[] = [];
  /** For each number: the least number among its renamings. */
  readonly #classes: number[] = [];
  readonly #count: number;
  #bytes = 0;

  /** @param normal brings a value into normal form after a renaming: for example, lists sorted by name are sorted again. */
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

  /** The memory in use, in bytes, as an estimate. It assumes that a value is four times as large as its key. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of a value. Its renamings get their numbers at the same time. */
  idOf(value: T): number {
    const normal = this.#normal(value);
    return this.#ids.get(keyOf(normal)) ?? this.#enter(normal);
  }

  /** The value with a number from {@link idOf}. */
  valueOf(id: number): T {
    const value = this.#values[id - 1];
    if (value === undefined) throw new RangeError(`there is no value with the number ${id}`);
    return value;
  }

  /** The number of a value under a permutation. 0 stays 0. */
  under(id: number, permutation: number): number {
    return this.#under[id * this.#count + permutation] ?? 0;
  }

  /** A number that is the same for two values exactly when one is a renaming of the other. */
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
