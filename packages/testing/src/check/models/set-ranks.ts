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
 * the value, and after the reads before that one. Likewise a remove, and the first read that lacks its value again. There is
 * no guess for other operations.
 *
 * Values that are never removed only become more, so reads are ordered by how many of them they have, then by their returns.
 */
export function setRanks(accesses: readonly SetAccess[]): readonly number[] {
  const ranks = accesses.map(() => Infinity);
  const reads = readsInOrder(accesses);
  const readsWith = new Map<string, number[]>();
  for (const [place, { at, read }] of reads.entries()) {
    ranks[at] = 2 * place + 1;
    for (const value of membersOf(read)) {
      const places = readsWith.get(value);
      if (places === undefined) readsWith.set(value, [place]);
      else places.push(place);
    }
  }
  // The latest return of the reads up to each: it never falls, so it can be searched.
  let latest = -Infinity;
  const ends = reads.map(({ end }) => (latest = Math.max(latest, end)));
  for (const [at, { call, change, value = "" }] of accesses.entries()) {
    if (change === undefined) continue;
    const earliest = firstAtLeast(ends, call);
    const places = readsWith.get(value) ?? [];
    const first = firstAtLeast(places, earliest);
    const place = change === "add" ? places[first] : gapAfter(places, first, earliest);
    if (place !== undefined && place < reads.length) ranks[at] = 2 * place;
  }
  return ranks;
}

type Read = { readonly at: number; readonly read: SetText; readonly end: number };

function readsInOrder(accesses: readonly SetAccess[]): readonly Read[] {
  const reads = accesses.flatMap(({ read, return: end }, at) =>
    read === undefined ? [] : [{ at, read, end }],
  );
  if (reads.reduce((sum, { read }) => sum + read.size, 0) > VALUES_MAX) return [];
  const removed = new Set(
    accesses.flatMap(({ change, value }) => (change === "remove" ? [value] : [])),
  );
  const lasting = (read: SetText): number =>
    membersOf(read).reduce((count, value) => count + (removed.has(value) ? 0 : 1), 0);
  return reads
    .map((one) => ({ ...one, lasting: lasting(one.read) }))
    .sort((one, other) => one.lasting - other.lasting || one.end - other.end);
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

/** The first number that is not in a sorted list, after the run that begins at the place `first`; at least `least`. */
function gapAfter(numbers: readonly number[], first: number, least: number): number {
  let gap = numbers[first] ?? least;
  for (let at = first; numbers[at] === gap; at += 1) gap += 1;
  return gap;
}
