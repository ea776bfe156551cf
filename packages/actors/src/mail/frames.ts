import { getUint32, setUint32 } from "../bytes/big-endian.ts";
import { partOf } from "../bytes/part-of.ts";

/**
 * A row of byte strings in one buffer: each a big-endian u32 and that many bytes. A command stays in this form from
 * the client to the last disk; nobody on the way opens it.
 */

/** A frame that holds nothing, not even an empty string: what a no-op entry has for a command. */
const NOTHING = 0xffff_ffff;

/** Thrown for bytes that are not a row of frames. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Puts byte strings (or nothing, where undefined) in a row. */
export function packFrames(parts: readonly (Uint8Array | undefined)[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const part of parts) size += 4 + (part?.length ?? 0);
  const block = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    setUint32(block, at, part?.length ?? NOTHING);
    at += 4;
    if (part === undefined) continue;
    block.set(part, at);
    at += part.length;
  }
  return block;
}

/**
 * The byte strings of a row: views of it, or copies where they are small.
 *
 * @throws FrameError when a frame reaches over the end.
 */
export function unpackFrames(block: Uint8Array): (Uint8Array | undefined)[] {
  const parts: (Uint8Array | undefined)[] = [];
  let at = 0;
  while (at < block.length) {
    if (at + 4 > block.length) throw new FrameError(`a frame's length is cut off at byte ${at}`);
    const length = getUint32(block, at);
    at += 4;
    if (length === NOTHING) {
      parts.push(undefined);
      continue;
    }
    if (at + length > block.length)
      throw new FrameError(`a frame of ${length} bytes is cut off at byte ${at}`);
    parts.push(partOf(block, at, at + length));
    at += length;
  }
  return parts;
}
