import { mixed, type PlacedSet } from "./placed-set.ts";
import type { SpareSet } from "./spare-set.ts";

/** 128 KiB per chunk: so small that allocating one costs a short history no noticeable time. */
const CHUNK_BITS = 15;
const CHUNK_WORDS = 1 << CHUNK_BITS;
const BUCKETS_MIN = 1 << 10;
/** 8 MiB: what most objects need. */
const CHUNKS_KEPT = 64;

/**
 * The offsets of an entry's fields. The words of the placed set follow, then those of the open operations, then the first
 * word's number and the words of the spare operations, if there are any.
 */
const NEXT = 0;
const HASH = 1;
const STATE = 2;
const LOW = 3;
/** The numbers of words: of the placed set in the lower half, of the spare operations in the upper one. */
const LENGTHS = 4;
const HEADER = 5;
const LENGTH_MAX = 0xffff;

/**
 * The configurations that a search has visited. A configuration is the set of placed operations and the state that they
 * led to.
 *
 * The search continues in the same way from equal configurations, so it visits each one once (Lowe, 2017). It also skips
 * a configuration that can do less than another: one that used more open operations to reach the same point, or that has
 * fewer spare ones. Neither kind has to be placed any more, so the other configuration can do everything that this one
 * can. So a configuration is covered by one with the same state, the same placed operations, a subset of the used open
 * operations, and a superset of the spare ones.
 *
 * Entries are words in large arrays, not objects: their size is known to the byte, and the garbage collector never scans
 * them. Lookups compare whole entries, so a hash collision costs time only.
 */
export class Configurations {
  readonly #chunks: Uint32Array[] = [];
  #buckets = new Uint32Array(BUCKETS_MIN);
  /** The first free word. 0 means "no entry", so it is never used. */
  #free = 1;
  #size = 0;
  #isOverfull = false;

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  /**
   * The size of the entries in bytes; infinite after an entry that does not fit in a chunk.
   *
   * The table counts three times: while it grows, a table of double size exists beside it.
   */
  get bytes(): number {
    return this.#isOverfull ? Infinity : 4 * (this.#free + 3 * this.#buckets.length);
  }

  /** Removes all entries. Keeps a few chunks for the next ones. */
  clear(): void {
    this.#chunks.length = Math.min(this.#chunks.length, CHUNKS_KEPT);
    this.#buckets = new Uint32Array(BUCKETS_MIN);
    this.#free = 1;
    this.#size = 0;
    this.#isOverfull = false;
  }

  /**
   * Adds a configuration. `open` holds the used open operations as bits, with the same number of words in each call.
   *
   * @returns false when a known configuration covers it.
   */
  add(placed: PlacedSet, state: number, open: Uint32Array, spare: SpareSet): boolean {
    const hash = mixed(placed.hash ^ mixed(state + 1));
    const bucket = hash & (this.#buckets.length - 1);
    let entry = this.#buckets[bucket] ?? 0;
    while (entry !== 0) {
      const chunk = this.#chunkOf(entry);
      const at = entry & (CHUNK_WORDS - 1);
      if (chunk[at + HASH] === hash && isSame(chunk, at, placed, state)) {
        const openAt = at + HEADER + ((chunk[at + LENGTHS] ?? 0) & LENGTH_MAX);
        const spareAt = openAt + open.length;
        const spares = (chunk[at + LENGTHS] ?? 0) >>> 16;
        if (isSubset(chunk, openAt, open) && hasSpare(chunk, spareAt, spares, spare)) return false;
        // The new one covers the old one and replaces it, if it fits.
        if (isSuperset(chunk, openAt, open) && isWithin(chunk, spareAt, spares, spare)) {
          chunk.set(open, openAt);
          for (let word = 0; word < spares; word += 1)
            chunk[spareAt + 1 + word] = spare.words[spare.low + word] ?? 0;
          return true;
        }
      }
      entry = chunk[at + NEXT] ?? 0;
    }
    this.#append(placed, state, open, spare, hash);
    return true;
  }

  #append(
    placed: PlacedSet,
    state: number,
    open: Uint32Array,
    spare: SpareSet,
    hash: number,
  ): void {
    if (this.#size >= this.#buckets.length) this.#grow();
    const { low, high, words } = placed;
    const spares = spare.high - spare.low;
    const length = HEADER + high - low + open.length + (spares === 0 ? 0 : 1 + spares);
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
    chunk[at + LENGTHS] = ((spares << 16) | (high - low)) >>> 0;
    for (let word = low; word < high; word += 1) chunk[at + HEADER + word - low] = words[word] ?? 0;
    const openAt = at + HEADER + high - low;
    chunk.set(open, openAt);
    if (spares > 0) {
      const spareAt = openAt + open.length;
      chunk[spareAt] = spare.low;
      for (let word = 0; word < spares; word += 1)
        chunk[spareAt + 1 + word] = spare.words[spare.low + word] ?? 0;
    }
    this.#buckets[bucket] = entry;
    this.#size += 1;
  }

  /** Finds space for an entry within one chunk. */
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
  if (((chunk[at + LENGTHS] ?? 0) & LENGTH_MAX) !== high - low) return false;
  for (let word = low; word < high; word += 1) {
    if (chunk[at + HEADER + word - low] !== words[word]) return false;
  }
  return true;
}

/** Whether the used open operations of the entry are a subset of `open`. */
function isSubset(chunk: Uint32Array, at: number, open: Uint32Array): boolean {
  for (let word = 0; word < open.length; word += 1) {
    if (((chunk[at + word] ?? 0) & ~(open[word] ?? 0)) !== 0) return false;
  }
  return true;
}

/** Whether the used open operations of the entry are a superset of `open`. */
function isSuperset(chunk: Uint32Array, at: number, open: Uint32Array): boolean {
  for (let word = 0; word < open.length; word += 1) {
    if (((open[word] ?? 0) & ~(chunk[at + word] ?? 0)) !== 0) return false;
  }
  return true;
}

/** Whether the entry has all operations of `spare` as spare ones. */
function hasSpare(chunk: Uint32Array, at: number, count: number, spare: SpareSet): boolean {
  const first = count === 0 ? 0 : (chunk[at] ?? 0);
  for (let word = spare.low; word < spare.high; word += 1) {
    const isThere = word >= first && word < first + count;
    const known = isThere ? (chunk[at + 1 + word - first] ?? 0) : 0;
    if (((spare.words[word] ?? 0) & ~known) !== 0) return false;
  }
  return true;
}

/** Whether `spare` has the same words as the entry, and all of its operations. */
function isWithin(chunk: Uint32Array, at: number, count: number, spare: SpareSet): boolean {
  if (count !== spare.high - spare.low || (count > 0 && chunk[at] !== spare.low)) return false;
  for (let word = 0; word < count; word += 1) {
    if (((chunk[at + 1 + word] ?? 0) & ~(spare.words[spare.low + word] ?? 0)) !== 0) return false;
  }
  return true;
}
