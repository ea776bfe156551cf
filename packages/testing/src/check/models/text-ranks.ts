import { piecesOf } from "./text-pieces.ts";

/** An operation on a text: what it wrote, appended or found. Lengths count the units of these texts. */
export type TextAccess = {
  readonly call: number;
  readonly return: number;
  /** The text that it put in place of the old one; undefined when it put none. */
  readonly wrote: string | undefined;
  /** What it appended; undefined when it appended nothing. */
  readonly appended: string | undefined;
  /** The length of the text after it; undefined when it is not known. */
  readonly length: number | undefined;
  /** The text that it found; undefined when it found none. */
  readonly found: string | undefined;
};

/** A text that was found, and that no longer text continues, with the accesses to it and to its beginnings. */
type Chain = {
  readonly text: string;
  /** The piece at the beginning that was written, and the lengths of the text after each appended piece, by the piece. */
  readonly base: string;
  readonly ends: ReadonlyMap<string, number>;
  firstReturn: number;
  lastCall: number;
};

/** The place of an access: its chain, and how long the text is after it. */
type Place = { readonly chain: Chain; readonly length: number };

/**
 * Guesses the order of the accesses to a text that is written and appended to.
 *
 * A text that was found shows which pieces it was made of, in which order: a written one, then appended ones. All texts that
 * are beginnings of one another form a chain. The accesses to a chain happen in the order of the lengths that they leave;
 * an append that was never seen continues a chain if it tells a length that fits. Chains come one after another, each at its
 * last call, as in `valueRanks`. The guess is right if no piece was used twice and texts can be taken apart in one way only.
 * There is no guess for a text that was written and not seen, nor for an open append that was not seen.
 */
export function textRanks(accesses: readonly TextAccess[]): readonly number[] {
  const chains = chainsOf(accesses);
  const places = accesses.map((access) => placeIn(chains, access));
  for (const [at, place] of places.entries()) {
    const access = accesses[at];
    if (place === undefined || access === undefined) continue;
    place.chain.firstReturn = Math.min(place.chain.firstReturn, access.return);
    place.chain.lastCall = Math.max(place.chain.lastCall, access.call);
  }
  continueChains(chains, accesses, places);
  const moments = accesses.map((access, at) => momentOf(access, places[at]));
  const order = [...accesses.keys()].sort(
    (one, other) =>
      difference(moments[one], moments[other]) ||
      difference(places[one]?.length, places[other]?.length) ||
      Number(accesses[one]?.found !== undefined) - Number(accesses[other]?.found !== undefined) ||
      difference(accesses[one]?.return, accesses[other]?.return),
  );
  const ranks = accesses.map(() => Infinity);
  for (const [rank, at] of order.entries()) if (moments[at] !== Infinity) ranks[at] = rank;
  return ranks;
}

/** Compares two numbers, also infinite ones. */
function difference(one = 0, other = 0): number {
  return one === other ? 0 : one - other;
}

function momentOf(access: TextAccess, place: Place | undefined): number {
  if (place !== undefined) return place.chain.lastCall;
  const { return: end, appended, length, found } = access;
  return found !== undefined || (appended !== undefined && length !== undefined) ? end : Infinity;
}

/** The chains, in the order of their texts. */
function chainsOf(accesses: readonly TextAccess[]): readonly Chain[] {
  const texts = [...new Set(accesses.flatMap(({ found }) => found ?? []))].sort();
  // What a text is the beginning of comes right after it in this order.
  const longest = texts.filter((text, at) => texts[at + 1]?.startsWith(text) !== true);
  const written = new Set(accesses.flatMap(({ wrote }) => wrote ?? []));
  const appended = new Set(accesses.flatMap((access) => access.appended ?? []));
  return longest.map((text) => ({
    text,
    ...piecesOf(text, written, appended),
    firstReturn: Infinity,
    lastCall: -Infinity,
  }));
}

function placeIn(chains: readonly Chain[], access: TextAccess): Place | undefined {
  const { wrote, appended, found } = access;
  if (found !== undefined) {
    // Every chain begins like this.
    if (found === "") return undefined;
    const chain = chainWith(chains, found);
    return chain === undefined ? undefined : { chain, length: found.length };
  }
  if (wrote !== undefined) {
    const chain = wrote === "" ? undefined : chains.find(({ base }) => base === wrote);
    return chain === undefined ? undefined : { chain, length: wrote.length };
  }
  if (appended === undefined) return undefined;
  for (const chain of chains) {
    const length = chain.ends.get(appended);
    if (length !== undefined && length === (access.length ?? length)) return { chain, length };
  }
  return undefined;
}

/** The first chain whose text begins with a text that was found. */
function chainWith(chains: readonly Chain[], text: string): Chain | undefined {
  let [low, high] = [0, chains.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chains[middle]?.text ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return chains[low]?.text.startsWith(text) === true ? chains[low] : undefined;
}

/** Finds appends that were not seen and that can follow the last one of a chain: by their lengths, and by their times. */
function continueChains(
  chains: readonly Chain[],
  accesses: readonly TextAccess[],
  places: (Place | undefined)[],
): void {
  const unseen = new Map<number, number[]>();
  for (const [at, { appended, length }] of accesses.entries()) {
    if (places[at] !== undefined || appended === undefined || length === undefined) continue;
    const start = length - appended.length;
    unseen.set(start, [...(unseen.get(start) ?? []), at]);
  }
  const inTime = chains.toSorted((one, other) => difference(one.lastCall, other.lastCall));
  for (const [number, chain] of inTime.entries()) {
    const until = inTime[number + 1]?.firstReturn ?? Infinity;
    for (let end = chain.text.length; ;) {
      const next = (unseen.get(end) ?? []).find((at) => {
        const { call = Infinity, return: returned = 0 } = accesses[at] ?? {};
        return places[at] === undefined && call <= until && returned >= chain.firstReturn;
      });
      if (next === undefined) break;
      end = accesses[next]?.length ?? Infinity;
      places[next] = { chain, length: end };
    }
  }
}
