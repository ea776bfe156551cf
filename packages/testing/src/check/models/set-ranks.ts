import type { SetText } from "./value-set.ts";

/** An operation of a set. */
export type SetAccess = {
  readonly call: number;
  /** Whether it adds or removes its value; undefined for a lookup and a read. */
  readonly change: "add" | "remove" | undefined;
  readonly value: string | undefined;
  readonly return: number;
  /** What a read returned. */
  readonly read: SetText | undefined;
};

/** Above this number of values in all reads, the guess costs more than it gains. */
const VALUES_MAX = 4_000_000;

/**
 * Guesses the order of the operations on a set from its reads: an add comes before the first read after its call that has
 * the value, and after the reads before that one. Likewise a remove, and the first read without its value. There is no guess
 * for other operations.
 *
 * Reads are ordered by their sizes if nothing is ever removed, else by their returns.
 */
export function setRanks(accesses: readonly SetAccess[]): readonly number[] {
  const onlyGrows = accesses.every(({ change }) => change !== "remove");
  const reads = accesses
    .flatMap(({ read, return: end }, at) => (read === undefined ? [] : [{ at, read, end }]))
    .sort((one, other) => (onlyGrows ? one.read.size - other.read.size : 0) || one.end - other.end);
  const ranks = accesses.map(() => Infinity);
  if (reads.reduce((sum, { read }) => sum + read.size, 0) > VALUES_MAX) return ranks;
  const readsWith = new Map<string, number[]>();
  for (const [place, { at, read }] of reads.entries()) {
    ranks[at] = 2 * place + 1;
    for (const value of membersOf(read)) {
      const places = readsWith.get(value);
      if (places === undefined) readsWith.set(value, [place]);
      else places.push(place);
    }
  }
  const ends = reads.map(({ end }) => end);
  for (const [at, { call, change, value = "" }] of accesses.entries()) {
    if (change === undefined) continue;
    const earliest = onlyGrows ? 0 : firstAtLeast(ends, call);
    const places = readsWith.get(value) ?? [];
    const first = firstAtLeast(places, earliest);
    const place = change === "add" ? places[first] : firstGap(places, first, earliest);
    if (place !== undefined && place < reads.length) ranks[at] = 2 * place;
  }
  return ranks;
}

/** The texts in a read. One that contains a comma is cut, which only makes the guess worse. */
function membersOf({ text, size }: SetText): readonly string[] {
  return size === 0 ? [] : text.slice(1, -1).split(", ");
}

/** The first place of a sorted list whose number is at least `least`. */
function firstAtLeast(numbers: readonly number[], least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? least) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first number from `least` on that is not in a sorted list, of which `first` is the first place to look at. */
function firstGap(numbers: readonly number[], first: number, least: number): number {
  let gap = least;
  for (let at = first; numbers[at] === gap; at += 1) gap += 1;
  return gap;
}
