/** Bytes are stored in pieces of this many. */
const PIECE_BITS = 16;
const PIECE = 1 << PIECE_BITS;

/** A position is noted once for this many states: to find a state, at most so many are read. */
const MARKED = 1 << 12;

/** Where a state came from: another state, and which of the moves from there. */
type Descent = { readonly origin: number; readonly nth: number };

/**
 * Where each state came from, in some 2 bytes for each: a search that expands states in the order of their numbers adds
 * descendants of one state after those of another, so the difference to the last origin is small.
 */
export class Ancestry {
  readonly #pieces: Uint8Array[] = [];
  /** For every {@link MARKED}th state: the position of its first byte, and the origin of the one before it. */
  readonly #marks: { readonly position: number; readonly origin: number }[] = [];
  #length = 0;
  #origin = 0;
  #size = 0;

  /** The memory in use, in bytes. */
  get bytes(): number {
    return PIECE * this.#pieces.length;
  }

  /** Adds a state, which gets the next number from 0. Origins never go back. */
  add({ origin, nth }: Descent): void {
    if (this.#size % MARKED === 0)
      this.#marks.push({ position: this.#length, origin: this.#origin });
    this.#write(origin - this.#origin);
    this.#write(nth);
    this.#origin = origin;
    this.#size += 1;
  }

  /** Where a state came from. */
  of(number: number): Descent {
    const mark = this.#marks[Math.floor(number / MARKED)];
    if (mark === undefined) throw new RangeError(`there is no state ${number}`);
    let { position, origin } = mark;
    const next = (): number => {
      const { value, end } = this.#read(position);
      position = end;
      return value;
    };
    let nth = 0;
    for (let left = number % MARKED; left >= 0; left -= 1) {
      origin += next();
      nth = next();
    }
    return { origin, nth };
  }

  /** Writes a number, 7 bits in each byte, the lowest first; the highest bit tells that more follow. */
  #write(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#append((rest & 127) | 128);
    this.#append(rest);
  }

  #append(byte: number): void {
    if (this.#length % PIECE === 0) this.#pieces.push(new Uint8Array(PIECE));
    const piece = this.#pieces[Math.floor(this.#length / PIECE)];
    if (piece !== undefined) piece[this.#length % PIECE] = byte;
    this.#length += 1;
  }

  #read(from: number): { readonly value: number; readonly end: number } {
    let value = 0;
    for (let end = from, shift = 0; ; end += 1, shift += 7) {
      const byte = this.#pieces[Math.floor(end / PIECE)]?.[end % PIECE] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return { value, end: end + 1 };
    }
  }
}
