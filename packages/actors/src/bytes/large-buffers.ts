import { Buffer } from "#platform";

/** What is smaller is not worth the search. */
const GIVEN_BACK_MIN = 32 * 1024;

/** How many buffers are kept for the next large values, and their most bytes together. */
const KEPT_MAX = 4;
const KEPT_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Memory for large values, one at a time in each buffer. Memory of that size comes from the system page by page, and V8 marks the
 * whole heap each time it has given out some 8 MiB of it: with 150,000 puts a second that was a tenth of all processor time.
 */
export class LargeBuffers {
  /** Buffers that are lent, by their memory: what nobody gives back is collected with its last view. */
  readonly #lent = new WeakMap<ArrayBufferLike, Buffer<ArrayBuffer>>();
  /** The smallest first. */
  readonly #kept: Buffer<ArrayBuffer>[] = [];

  /** A buffer of at least this many bytes, with undefined contents, for one value. */
  lend(bytes: number): Buffer<ArrayBuffer> {
    const kept = this.#kept;
    // A value that is never given back must not keep much more than it needs.
    const at = kept.findIndex(({ length }) => length >= bytes && length <= 2 * bytes);
    const [found] = at < 0 ? [] : kept.splice(at, 1);
    const buffer = found ?? Buffer.allocUnsafeSlow(bytes);
    this.#lent.set(buffer.buffer, buffer);
    return buffer;
  }

  /**
   * Ends the use of a value whose bytes were copied to where they belong: they are overwritten soon, so nobody may read them any
   * more. Does nothing with bytes that are in no buffer that was lent.
   */
  giveBack({ length, buffer: memory }: Uint8Array): void {
    if (length < GIVEN_BACK_MIN) return;
    const buffer = this.#lent.get(memory);
    if (buffer === undefined) return;
    this.#lent.delete(memory);
    if (buffer.length > KEPT_BYTES_MAX / 2) return;
    const kept = this.#kept;
    kept.push(buffer);
    kept.sort((a, b) => a.length - b.length);
    while (kept.length > KEPT_MAX || sizeOf(kept) > KEPT_BYTES_MAX) kept.shift();
  }
}

function sizeOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

/** Those of this thread. */
const large = new LargeBuffers();

/** See {@link LargeBuffers.lend}. */
export function lendBuffer(bytes: number): Buffer<ArrayBuffer> {
  return large.lend(bytes);
}

/** See {@link LargeBuffers.giveBack}. */
export function giveBack(bytes: Uint8Array): void {
  large.giveBack(bytes);
}
