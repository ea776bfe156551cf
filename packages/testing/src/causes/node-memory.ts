import type { CommandBytes, Recovered } from "@kontiki/actors/node";
import type { Effect } from "@kontiki/core";

/** What the trace remembers of one node, to tell which facts an event changes. */
export class NodeMemory {
  /** The terms of its log by index; a hole where it has none. */
  readonly #terms: (number | undefined)[] = [];
  /** Up to which index it has promised its log to a leader, by leader and term. */
  readonly #promised = new Map<string, number>();
  /** The operations that it has answered. */
  readonly answered: number[] = [];
  /** The last entry that it knows to be committed. */
  commit = 0;
  /** The last entry that its state machine has applied. */
  applied = 0;
  /** The last entry of its newest snapshot. */
  snapshot = 0;

  /** The last index of its log. */
  get last(): number {
    return this.#terms.length - 1;
  }

  /** Notes what a step does to its log. Returns the indexes whose entries are removed. */
  apply(effect: Effect<CommandBytes>): readonly number[] {
    switch (effect.type) {
      case "appendLog":
        for (const { index, term } of effect.entries) this.#terms[index] = term;
        return [];
      case "truncateLog":
        return this.#cut(effect.after);
      case "installSnapshot":
        this.snapshot = effect.snapshot.index;
        return this.#cut(effect.snapshot.index);
      default:
        return [];
    }
  }

  /** Notes what a start recovered. Returns the indexes at which its log is no longer what it was. */
  recovered({ base, entries, snapshot }: Recovered): readonly number[] {
    const found = new Map(entries.map(({ index, term }) => [Number(index), Number(term)]));
    const lost = [...this.#terms.entries()]
      .filter(([index, term]) => index > base.index && found.get(index) !== term)
      .flatMap(([index, term]) => (term === undefined ? [] : [index]));
    this.#terms.length = 0;
    for (const [index, term] of found) this.#terms[index] = term;
    this.#promised.clear();
    this.snapshot = snapshot?.index ?? 0;
    this.applied = this.snapshot;
    this.commit = this.snapshot;
    return lost;
  }

  /** Notes a promise to a leader. Returns the indexes that are promised to it for the first time in this term. */
  promises(leader: string, term: number, upTo: number): readonly number[] {
    const key = `${leader} ${term}`;
    const before = this.#promised.get(key) ?? 0;
    this.#promised.set(key, Math.max(before, upTo));
    return indexes(before, upTo);
  }

  #cut(after: number): readonly number[] {
    const removed = indexes(after, this.last);
    this.#terms.length = Math.min(this.#terms.length, after + 1);
    return removed;
  }
}

/** The indexes after `from`, up to `to`. */
export function indexes(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_none, at) => from + 1 + at);
}
