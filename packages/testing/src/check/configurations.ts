import { mixed, type PlacedSet } from "./placed-set.ts";

/** A chunk is small enough that a history of some operations costs no time to make it: 128 KiB. */
const CHUNK_BITS = 15;
const CHUNK_WORDS = 1 << CHUNK_BITS;
const BUCKETS_MIN = 1 << 10;

/** Where the parts of an entry are; the words of the placed set and of the open ones follow. */
const NEXT = 0;
const HASH = 1;
const STATE = 2;
const LOW = 3;
const LENGTH = 4;
const HEADER = 5;

/**
 * The configurations that a search has been at: what is placed, and the state that this led to.
 *
 * From equal configurations the search goes on equally, so each is worth one visit (Lowe, 2017). More:
 * one that has used fewer open operations for the same can do all that the other can, because an open
 * operation never has to be placed. So a configuration is covered by one with the same state, the same
 * returned operations, and a subset of the open ones.
 *
 * Entries are words in large arrays, not objects: it is known to the byte what they take, and the
 * garbage collector never looks at them. All of an entry is compared, so a collision costs time only.
 */
export class Configurations {
  readonly #chunks: Uint32Array[] = [];
  #buckets = new Uint32Array(BUCKETS_MIN);
  /** The first free word. 0 means "no entry", so it is never used. */
  #free = 1;
  #size = 0;
  #isOverfull = false;

  /** How many are kept. */
  get size(): number {
    return this.#size;
  }

  /**
   * Bytes that the entries take; infinite once there was one that no chunk can hold.
   *
   * The table is counted three times: while it grows there is one of double size beside it.
   */
  get bytes(): number {
    return this.#isOverfull ? Infinity : 4 * (this.#free + 3 * this.#buckets.length);
  }

  /** Forgets all. */
  clear(): void {
    this.#buckets = new Uint32Array(BUCKETS_MIN);
    this.#free = 1;
    this.#size = 0;
    this.#isOverfull = false;
  }

  /**
   * Notes a configuration. `open` has the used open operations as bits, in as many words at each call.
   *
   * @returns false when it is covered by one that is known.
   */
  add(placed: PlacedSet, state: number, open: Uint32Array): boolean {
    const hash = mixed(placed.hash ^ mixed(state + 1));
    const bucket = hash & (this.#buckets.length - 1);
    let entry = this.#buckets[bucket] ?? 0;
    while (entry !== 0) {
      const chunk = this.#chunkOf(entry);
      const at = entry & (CHUNK_WORDS - 1);
      if (chunk[at + HASH] === hash && isSame(chunk, at, placed, state)) {
        const openAt = at + HEADER + (chunk[at + LENGTH] ?? 0);
        if (isWithin(chunk, openAt, open)) return false;
        // The new one covers the old one, which is then of no more use.
        if (isAround(chunk, openAt, open)) {
          chunk.set(open, openAt);
          return true;
        }
      }
      entry = chunk[at + NEXT] ?? 0;
    }
    this.#append(placed, state, open, hash);
    return true;
  }

  #append(placed: PlacedSet, state: number, open: Uint32Array, hash: number): void {
    if (this.#size >= this.#buckets.length) this.#grow();
    const { low, high, words } = placed;
    const length = HEADER + high - low + open.length;
    if (length >= CHUNK_WORDS) {
      this.#isOverfull = true;
      return;
    }
    const entry = this.#allocate(length);
    const chunk = this.#chunkOf(entry);
    const at = entry & (CHUNK_WORDS - 1);
    const bucket = hash & (this.#buckets.length - 1);
    chunk[at + NEXT] = this.#buckets[bucket] ?? 0;
    chunk[at + HASH] = hash;
    chunk[at + STATE] = state;
    chunk[at + LOW] = low;
    chunk[at + LENGTH] = high - low;
    for (let word = low; word < high; word += 1) chunk[at + HEADER + word - low] = words[word] ?? 0;
    chunk.set(open, at + HEADER + high - low);
    this.#buckets[bucket] = entry;
    this.#size += 1;
  }

  /** Finds room for an entry within one chunk. */
  #allocate(length: number): number {
    const left = CHUNK_WORDS - (this.#free & (CHUNK_WORDS - 1));
    if (left < length) this.#free += left;
    const entry = this.#free;
    this.#free += length;
    if (entry >>> CHUNK_BITS >= this.#chunks.length)
      this.#chunks.push(new Uint32Array(CHUNK_WORDS));
    return entry;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = new Uint32Array(2 * old.length);
    for (const first of old) {
      for (let entry = first; entry !== 0;) {
        const chunk = this.#chunkOf(entry);
        const at = entry & (CHUNK_WORDS - 1);
        const next = chunk[at + NEXT] ?? 0;
        const bucket = (chunk[at + HASH] ?? 0) & (this.#buckets.length - 1);
        chunk[at + NEXT] = this.#buckets[bucket] ?? 0;
        this.#buckets[bucket] = entry;
        entry = next;
      }
    }
  }

  #chunkOf(entry: number): Uint32Array {
    return this.#chunks[entry >>> CHUNK_BITS] ?? EMPTY;
  }
}

const EMPTY = new Uint32Array();

/** Whether an entry has this state and these returned operations. */
function isSame(chunk: Uint32Array, at: number, placed: PlacedSet, state: number): boolean {
  const { low, high, words } = placed;
  if (chunk[at + STATE] !== state || chunk[at + LOW] !== low) return false;
  if (chunk[at + LENGTH] !== high - low) return false;
  for (let word = low; word < high; word += 1) {
    if (chunk[at + HEADER + word - low] !== words[word]) return false;
  }
  return true;
}

/** Whether all that the entry has used of the open operations is in `open`. */
function isWithin(chunk: Uint32Array, at: number, open: Uint32Array): boolean {
  for (let word = 0; word < open.length; word += 1) {
    if (((chunk[at + word] ?? 0) & ~(open[word] ?? 0)) !== 0) return false;
  }
  return true;
}

/** Whether all of `open` is in what the entry has used. */
function isAround(chunk: Uint32Array, at: number, open: Uint32Array): boolean {
  for (let word = 0; word < open.length; word += 1) {
    if (((open[word] ?? 0) & ~(chunk[at + word] ?? 0)) !== 0) return false;
  }
  return true;
}
