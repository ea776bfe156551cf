import { mixed } from "../check/placed-set.ts";

/** The bits of a hash that are its place among the tables. They are known by the table and take no memory. */
const TABLE_BITS = 12;
const TABLES = 1 << TABLE_BITS;

/** The bits of a hash: those of its table, and two words that the table stores. */
export const HASH_BITS = TABLE_BITS + 64;

/** A table grows by a quarter when 7 in 8 of its slots are used. It begins with this many. */
const FIRST_SLOTS = 8;
const GROWTH = 1.25;
const FULLEST = 0.875;

/** The factors of three independent hashes: for the table, and for both words in it. */
export const FACTORS = [
  [0xcc9e_2d51, 0x1b87_3593],
  [0x239b_961b, 0xab0e_9789],
  [0x38b3_4ae5, 0xa1e3_8b93],
] as const;

/**
 * A set of states of which it stores hashes only: two states with equal hashes are taken for one. A hash has
 * {@link HASH_BITS} bits, and takes 8 bytes of memory in a slot of a table, so 9 to 12 bytes. Many small tables grow one at a
 * time, so that growing needs no memory worth mentioning.
 */
export class Fingerprints {
  readonly #words: number;
  /** For each table two words per slot; both are 0 in a free slot. */
  readonly #tables: Int32Array[] = [];
  readonly #used = new Int32Array(TABLES);
  #size = 0;
  #bytes = 0;

  /** @param words the number of words of a state. */
  constructor(words: number) {
    this.#words = words;
    for (let at = 0; at < TABLES; at += 1) this.#tables.push(NO_SLOTS);
  }

  get size(): number {
    return this.#size;
  }

  /** The memory in use, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the hash of a state. @returns false when it is known. */
  add(state: Int32Array): boolean {
    const which = hashOf(state, this.#words, FACTORS[0]) >>> (32 - TABLE_BITS);
    const one = hashOf(state, this.#words, FACTORS[1]);
    // A pair of zeros marks a free slot.
    const other = hashOf(state, this.#words, FACTORS[2]) || 1;
    const table = this.#tableOf(which);
    const at = find(table, one, other);
    if (table[at + 1] !== 0) return false;
    table[at] = one;
    table[at + 1] = other;
    this.#used[which] = (this.#used[which] ?? 0) + 1;
    this.#size += 1;
    return true;
  }

  /** The table with this number, with room for one more. */
  #tableOf(which: number): Int32Array {
    const table = this.#tables[which] ?? NO_SLOTS;
    const slots = table.length / 2;
    if ((this.#used[which] ?? 0) + 1 <= FULLEST * slots) return table;
    const larger = new Int32Array(2 * Math.max(FIRST_SLOTS, Math.ceil(GROWTH * slots)));
    for (let from = 0; from < table.length; from += 2) {
      const [one = 0, other = 0] = [table[from], table[from + 1]];
      if (other === 0) continue;
      const at = find(larger, one, other);
      larger[at] = one;
      larger[at + 1] = other;
    }
    this.#tables[which] = larger;
    this.#bytes += larger.byteLength - table.byteLength;
    return larger;
  }
}

const NO_SLOTS = new Int32Array();

/** An upper bound of the chance that any two of so many states have equal hashes: the number of pairs over the hashes. */
export function chanceOfCollision(states: number): number {
  return Math.min(1, (states * (states + 1)) / 2 / 2 ** HASH_BITS);
}

/** The position of a pair of words in a table, or of the free slot for it. */
function find(table: Int32Array, one: number, other: number): number {
  let at = 2 * Math.floor(((one >>> 0) / 2 ** 32) * (table.length / 2));
  while (table[at + 1] !== 0 && (table[at] !== one || table[at + 1] !== other)) {
    at += 2;
    if (at === table.length) at = 0;
  }
  return at;
}

/** A hash of 32 bits, as MurmurHash3 computes it. */
export function hashOf(
  state: Int32Array,
  words: number,
  [first, second]: readonly [number, number],
): number {
  let hash = first;
  for (let at = 0; at < words; at += 1) {
    let word = Math.imul(state[at] ?? 0, first);
    word = Math.imul((word << 15) | (word >>> 17), second);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe654_6b64) | 0;
  }
  return mixed(hash) | 0;
}
