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
  const view = new DataView(block.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part?.length ?? NOTHING);
    at += 4;
    if (part === undefined) continue;
    block.set(part, at);
    at += part.length;
  }
  return block;
}

/** The byte strings of a row, as views of it. @throws FrameError when a frame reaches over the end. */
export function unpackFrames(block: Uint8Array): (Uint8Array | undefined)[] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const parts: (Uint8Array | undefined)[] = [];
  let at = 0;
  while (at < block.length) {
    if (at + 4 > block.length) throw new FrameError(`a frame's length is cut off at byte ${at}`);
    const length = view.getUint32(at);
    at += 4;
    if (length === NOTHING) {
      parts.push(undefined);
      continue;
    }
    if (at + length > block.length)
      throw new FrameError(`a frame of ${length} bytes is cut off at byte ${at}`);
    parts.push(new Uint8Array(block.buffer, block.byteOffset + at, length));
    at += length;
  }
  return parts;
}
