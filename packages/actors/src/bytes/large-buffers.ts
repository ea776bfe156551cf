import { Buffer } from "#platform";

/** What is smaller is not worth the search. */
const GIVEN_BACK_MIN = 32 * 1024;

/** How many buffers are kept for the next large values of this thread, and their most bytes together. */
const KEPT_MAX = 4;
const KEPT_BYTES_MAX = 8 * 1024 * 1024;

/** Buffers that are lent, by their memory: what nobody gives back is collected with its last view. */
const lent = new WeakMap<ArrayBufferLike, Buffer<ArrayBuffer>>();

/** The smallest first. */
const kept: Buffer<ArrayBuffer>[] = [];
let keptBytes = 0;

/**
 * A buffer of at least this many bytes, with undefined contents, for one value. Memory of that size comes from the system page
 * by page, and V8 marks the whole heap each time it has given out some 8 MiB of it: with 150,000 puts a second that was a
 * tenth of all processor time.
 */
export function lendBuffer(bytes: number): Buffer<ArrayBuffer> {
  // A value that is never given back must not keep much more than it needs.
  const at = kept.findIndex(({ length }) => length >= bytes && length <= 2 * bytes);
  const [found] = at < 0 ? [] : kept.splice(at, 1);
  keptBytes -= found?.length ?? 0;
  const buffer = found ?? Buffer.allocUnsafeSlow(bytes);
  lent.set(buffer.buffer, buffer);
  return buffer;
}

/**
 * Ends the use of a value whose bytes were copied to where they belong: they are overwritten soon, so nobody may read them any
 * more. Does nothing with bytes that are in no buffer that was lent.
 */
export function giveBack({ length, buffer: memory }: Uint8Array): void {
  if (length < GIVEN_BACK_MIN) return;
  const buffer = lent.get(memory);
  if (buffer === undefined) return;
  lent.delete(memory);
  if (buffer.length > KEPT_BYTES_MAX / 2) return;
  kept.push(buffer);
  kept.sort((a, b) => a.length - b.length);
  keptBytes += buffer.length;
  while (kept.length > KEPT_MAX || keptBytes > KEPT_BYTES_MAX)
    keptBytes -= kept.shift()?.length ?? 0;
}
