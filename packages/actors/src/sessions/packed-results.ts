import { getUint32, setUint32 } from "../bytes/big-endian.ts";
import { partOf } from "../bytes/part-of.ts";
import { NOTHING_RESULT } from "./result.ts";

/**
 * Results of consecutive commands, after each other. Each is a byte, and what follows it:
 *
 * ```text
 * 0          the result null, which most commands have
 * 1 to 254   the length of a result, and the result
 * 255        the length as u32, and the result
 * ```
 *
 * @module
 */

/** Results of the commands with the sequence numbers from `first` on. */
export type AnswerRange = {
  readonly first: number;
  readonly count: number;
  /** Packed. */
  readonly results: Uint8Array;
};

const NOTHING = 0;
const LONG = 255;
const LONG_BYTES = 5;

/** Reads packed results one after the other. */
export class ResultsReader {
  /** Where the next one begins. */
  at = 0;
  readonly #bytes: Uint8Array;
  #from = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Goes on to the next result. Returns false at the end, and for one that is cut off. */
  next(): boolean {
    const bytes = this.#bytes;
    const { length } = bytes;
    const size = bytes[this.at];
    if (size === undefined) return false;
    if (size < LONG) this.#from = this.at + 1;
    else if (this.at + LONG_BYTES <= length) this.#from = this.at + LONG_BYTES;
    else return false;
    const end = this.#from + (size < LONG ? size : getUint32(bytes, this.at + 1));
    if (end > length) return false;
    this.at = end;
    return true;
  }

  /** The first byte of the present result; undefined for null. */
  get kind(): number | undefined {
    return this.#from < this.at ? this.#bytes[this.#from] : undefined;
  }

  /** The present result. */
  get result(): Uint8Array {
    if (this.#from === this.at) return NOTHING_RESULT;
    return partOf(this.#bytes, this.#from, this.at);
  }
}

/** Whether bytes are exactly this many packed results. */
export function areResults(bytes: Uint8Array, count: number): boolean {
  const reader = new ResultsReader(bytes);
  let found = 0;
  while (reader.next()) found += 1;
  return found === count && reader.at === bytes.length;
}

/** The memory of the last packer that has ended: nearly every turn that answers needs one, and copies what is in it. */
let spare: Uint8Array | undefined = new Uint8Array(1024);

/** No more than this is kept. */
const SPARE_BYTES_MAX = 64 * 1024;

/** Packs results of one client, which are added in the order in which its commands were applied. */
export class AnswerPacker {
  readonly #ranges: AnswerRange[] = [];
  #bytes = spare ?? new Uint8Array(1024);
  #at = 0;
  #first = 0;
  #count = 0;

  constructor() {
    spare = undefined;
  }

  /** Adds the result of a command: at least one byte. */
  add(sequence: number, result: Uint8Array): void {
    if (this.#count > 0 && sequence !== this.#first + this.#count) this.#endRange();
    if (this.#count === 0) this.#first = sequence;
    this.#count += 1;
    this.#write(result);
  }

  /** All ranges: one for each stretch of consecutive sequence numbers. Nothing may be added after that. */
  end(): readonly AnswerRange[] {
    this.#endRange();
    if (this.#bytes.length <= SPARE_BYTES_MAX) spare = this.#bytes;
    return this.#ranges;
  }

  #endRange(): void {
    if (this.#count === 0) return;
    const results = this.#bytes.slice(0, this.#at);
    this.#ranges.push({ first: this.#first, count: this.#count, results });
    [this.#at, this.#count] = [0, 0];
  }

  #write(result: Uint8Array): void {
    const { length } = result;
    this.#reserve(LONG_BYTES + length);
    const bytes = this.#bytes;
    if (result === NOTHING_RESULT) {
      bytes[this.#at] = NOTHING;
      this.#at += 1;
      return;
    }
    if (length < LONG) {
      bytes[this.#at] = length;
      this.#at += 1;
    } else {
      bytes[this.#at] = LONG;
      setUint32(bytes, this.#at + 1, length);
      this.#at += LONG_BYTES;
    }
    bytes.set(result, this.#at);
    this.#at += length;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#at + count));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}
