import type { Model } from "./cluster-model.ts";
import type { Symmetry } from "./symbols.ts";

/** The layout of a cluster's state in words of 32 bits. */
export class Layout {
  /** The number of nodes. They are the first words, from 0. */
  readonly nodes: number;
  /** The position of the history. */
  readonly history: number;
  /** The position of the spent budgets. */
  readonly spent: number;
  /** The position of the messages in flight: sorted, highest number first, and 0 for a free slot. */
  readonly messages: number;
  /** The number of words of a state. */
  readonly words: number;

  constructor(nodes: number, inflight: number) {
    this.nodes = nodes;
    this.history = nodes;
    this.spent = nodes + 1;
    this.messages = nodes + 2;
    this.words = this.messages + inflight;
  }
}

/**
 * Gives all states that differ only in the names of nodes one canonical form: the least of those whose nodes are sorted by
 * class. Only renamings that sort the nodes are tried; mostly that is a single one.
 */
export class Canonical {
  readonly #model: Model;
  readonly #layout: Layout;
  readonly #symmetry: Symmetry;
  /** The permutations that sort the nodes, by {@link Canonical.#rank}. */
  readonly #ordering = new Map<number, readonly number[]>();
  readonly #classes: number[] = [];
  #best: Int32Array;
  #other: Int32Array;
  /** The number of states that differ from the last one only in the names of nodes, including itself. */
  orbit = 1;

  constructor(model: Model, layout: Layout, symmetry: Symmetry) {
    this.#model = model;
    this.#layout = layout;
    this.#symmetry = symmetry;
    this.#best = new Int32Array(layout.words);
    this.#other = new Int32Array(layout.words);
  }

  /** The canonical form of a state. The next call overwrites it. */
  of(state: Int32Array): Int32Array {
    const { permutations } = this.#symmetry;
    if (permutations.length === 1) return state;
    let same = 0;
    for (const permutation of this.#orderings(state)) {
      this.#rename(state, permutation, this.#other);
      const order = same === 0 ? -1 : compare(this.#other, this.#best);
      if (order > 0) continue;
      same = order === 0 ? same + 1 : 1;
      [this.#best, this.#other] = [this.#other, this.#best];
    }
    this.orbit = permutations.length / same;
    return this.#best;
  }

  #rename(from: Int32Array, permutation: number, into: Int32Array): void {
    const { nodes, history, spent, messages, words } = this.#layout;
    const { locals, packets, histories } = this.#model;
    const to = this.#symmetry.permutations[permutation]?.to ?? [];
    for (let at = 0; at < nodes; at += 1)
      into[to[at] ?? 0] = locals.under(from[at] ?? 0, permutation);
    into[history] = histories.under(from[history] ?? 0, permutation);
    into[spent] = from[spent] ?? 0;
    for (let at = messages; at < words; at += 1)
      into[at] = packets.under(from[at] ?? 0, permutation);
    sortDown(into, messages, words);
  }

  #orderings(state: Int32Array): readonly number[] {
    const rank = this.#rank(state);
    const known = this.#ordering.get(rank);
    if (known !== undefined) return known;
    const classes = [...this.#classes];
    const ordering = this.#symmetry.permutations.flatMap(({ to }, permutation) => {
      const isOrdered = to.every((place, at) =>
        to.every((other, than) => (classes[at] ?? 0) >= (classes[than] ?? 0) || place < other),
      );
      return isOrdered ? [permutation] : [];
    });
    this.#ordering.set(rank, ordering);
    return ordering;
  }

  /** Encodes how the classes of the nodes compare: for each node, the number of smaller classes. */
  #rank(state: Int32Array): number {
    const { nodes } = this.#layout;
    const classes = this.#classes;
    for (let at = 0; at < nodes; at += 1) classes[at] = this.#model.locals.classOf(state[at] ?? 0);
    let rank = 0;
    for (let at = 0; at < nodes; at += 1) {
      const own = classes[at] ?? 0;
      let less = 0;
      for (let other = 0; other < nodes; other += 1) if ((classes[other] ?? 0) < own) less += 1;
      rank = rank * nodes + less;
    }
    return rank;
  }
}

/** Sorts a part of an array in descending order. The part is short, so insertion sort is fastest. */
export function sortDown(words: Int32Array, from: number, to: number): void {
  for (let at = from + 1; at < to; at += 1) {
    const word = words[at] ?? 0;
    let place = at;
    for (; place > from && (words[place - 1] ?? 0) < word; place -= 1)
      words[place] = words[place - 1] ?? 0;
    words[place] = word;
  }
}

function compare(one: Int32Array, other: Int32Array): number {
  for (let at = 0; at < one.length; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
