import { getUint32 } from "../bytes/big-endian.ts";
import type { MsgpackWriter } from "../bytes/msgpack-writer.ts";
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

/** Byte strings that are encoded as frames, of which an undefined one is absent. They are copied when the mail is encoded. */
export class Frames {
  readonly parts: readonly (Uint8Array | undefined)[];

  constructor(parts: readonly (Uint8Array | undefined)[]) {
    this.parts = parts;
  }

  /** Writes them where they belong in a message, so that they are copied only once. */
  write(writer: MsgpackWriter): void {
    writer.block(this.parts, NOTHING);
  }
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
