import { Buffer } from "#platform";
import type { Snapshot } from "@kontiki/core";
import { crc32Of } from "./checksum.ts";
import {
  decodeFrame,
  decodeHeader,
  encodeEnd,
  FRAME_BYTES,
  HEADER_START_BYTES,
  headerLength,
  SnapshotFormatError,
  type Frame,
  type SnapshotHeader,
} from "./snapshot-format.ts";

/** What must come next. */
type Expected = "header start" | "header" | "frame" | "part" | "end" | "nothing";

const NOTHING = Buffer.alloc(0);

/**
 * Checks the bytes of a snapshot's file as they arrive, in pieces of any size, and keeps only the piece that is
 * incomplete. Every call throws a `SnapshotFormatError` for bytes that are not a snapshot.
 */
export class SnapshotScan {
  #expected: Expected = "header start";
  /** How many bytes of it are missing, and those that have arrived (for a part none are kept). */
  #missing = HEADER_START_BYTES;
  #gathered: Buffer = NOTHING;
  /** The offset of the current part or of the end, and the parts so far, the current one included. */
  #frameAt = 0;
  readonly #parts: Frame[] = [];
  #partChecksum = 0;
  #header: SnapshotHeader | undefined;
  #headerBytes: Buffer = NOTHING;
  /** What the rest of the file must be, once its end has begun. */
  #end: Buffer = NOTHING;
  #size = 0;
  /** Of all bytes, and of those before the current frame. */
  #checksum = 0;
  #checksumBefore = 0;

  feed(bytes: Uint8Array): void {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (at < piece.length) {
      if (this.#expected === "nothing")
        throw new SnapshotFormatError(this.#size, "there are bytes after the end");
      const taken = piece.subarray(at, at + this.#missing);
      this.#take(taken);
      at += taken.length;
    }
  }

  /** The snapshot that all the bytes form. */
  finish(): Snapshot {
    const header = this.#header;
    if (header === undefined || this.#expected !== "nothing")
      throw new SnapshotFormatError(this.#size, "the file is cut off");
    const { at, membership } = header;
    return { ...at, membership, size: this.#size, checksum: this.#checksum };
  }

  #take(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#checksum = crc32Of(bytes, this.#checksum);
    this.#missing -= bytes.length;
    if (this.#expected === "part") this.#partChecksum = crc32Of(bytes, this.#partChecksum);
    else
      this.#gathered = this.#gathered.length === 0 ? bytes : Buffer.concat([this.#gathered, bytes]);
    // An empty part is complete as soon as its frame is.
    while (this.#missing === 0 && this.#expected !== "nothing") this.#next();
    // The caller may reuse the memory.
    if (this.#gathered === bytes) this.#gathered = Buffer.from(bytes);
  }

  #next(): void {
    const gathered = this.#gathered;
    switch (this.#expected) {
      case "header start":
        this.#expect("header", headerLength(gathered) - gathered.length);
        this.#gathered = gathered;
        return;
      case "header":
        this.#header = decodeHeader(gathered);
        this.#headerBytes = gathered;
        this.#expect("frame", FRAME_BYTES);
        return;
      case "frame":
        return this.#frame(gathered);
      case "part":
        if (this.#partChecksum !== this.#parts.at(-1)?.crc)
          throw new SnapshotFormatError(this.#frameAt, "a part is bad");
        this.#expect("frame", FRAME_BYTES);
        return;
      case "end":
        this.#checkEnd(gathered, FRAME_BYTES);
        this.#expect("nothing", 0);
        return;
      case "nothing":
        return;
      default:
        this.#expected satisfies never;
    }
  }

  #frame(bytes: Buffer): void {
    this.#frameAt = this.#size - FRAME_BYTES;
    const part = decodeFrame(bytes, this.#frameAt);
    this.#partChecksum = 0;
    if (part !== undefined) {
      this.#parts.push(part);
      return this.#expect("part", part.length);
    }
    const [header, parts] = [this.#headerBytes, this.#parts];
    this.#end = encodeEnd({ header, parts, checksum: this.#checksumBefore });
    this.#checkEnd(bytes, 0);
    this.#expect("end", this.#end.length - FRAME_BYTES);
  }

  /** The end repeats what came before it, so its bytes are known. */
  #checkEnd(bytes: Buffer, from: number): void {
    if (!bytes.equals(this.#end.subarray(from, from + bytes.length)))
      throw new SnapshotFormatError(this.#frameAt, "the end is bad");
  }

  #expect(expected: Expected, bytes: number): void {
    if (expected === "frame") this.#checksumBefore = this.#checksum;
    this.#expected = expected;
    this.#missing = bytes;
    this.#gathered = NOTHING;
  }
}
