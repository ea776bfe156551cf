import { getUint32, setUint32 } from "../bytes/big-endian.ts";
import { partOf } from "../bytes/part-of.ts";

/**
 * A sequence of byte strings in one buffer: each is a big-endian u32 length and that many bytes. A command stays in
 * this form from the client to the last disk; nothing on the way decodes it.
 */

/** The length of an absent frame, which is different from an empty one: a no-op entry has no command. */
const NOTHING = 0xffff_ffff;

/** Thrown for bytes that are not a sequence of frames. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Encodes byte strings as frames; undefined becomes an absent frame. */
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
 * Decodes frames: views of the buffer, or copies of short ones.
 *
 * @throws FrameError when a frame goes past the end.
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
