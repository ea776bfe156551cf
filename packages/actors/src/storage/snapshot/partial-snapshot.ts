import { Buffer } from "#platform";
import { positionOf, sameSnapshot, type Snapshot } from "@kontiki/core";
import { crc32Joined, crc32Of } from "./checksum.ts";
import type { Disk } from "../disk/disk.ts";
import {
  decodeFrame,
  decodeHeader,
  decodeOutline,
  encodeEnd,
  encodeFrame,
  encodeHeader,
  endAt,
  endLength,
  firstOutline,
  FRAME_BYTES,
  HEADER_START_BYTES,
  headerLength,
  secondOutline,
  SnapshotFormatError,
  TRAILER_BYTES,
  type Frame,
  type Outline,
  type OutlinePlace,
} from "./snapshot-format.ts";

/** The file of a snapshot, some parts of which may be damaged. Damage does not change while it is read. */
export class PartialSnapshot {
  readonly snapshot: Snapshot;
  readonly #disk: Disk;
  readonly #name: string;
  readonly #parts: readonly Frame[];
  /** Where each part begins, and after them the end. */
  readonly #starts: readonly number[];
  readonly #header: Buffer;
  readonly #end: Buffer;
  readonly #checked = new Map<number, boolean>();

  private constructor(disk: Disk, name: string, outline: Outline, snapshot: Snapshot) {
    this.#disk = disk;
    this.#name = name;
    this.snapshot = snapshot;
    this.#header = outline.header;
    this.#parts = outline.parts;
    this.#starts = startsOf(outline.header, outline.parts);
    this.#end = encodeEnd(outline);
  }

  /** Reads what a file says of itself; undefined if too little of that is intact. */
  static find(disk: Disk, name: string): PartialSnapshot | undefined {
    const outline = outlineAtEnd(disk, name) ?? outlineAfterParts(disk, name);
    const found = PartialSnapshot.#of(disk, name, outline);
    if (found !== undefined) return found;
    const derived = PartialSnapshot.#of(disk, name, derivedOutline(disk, name, undefined));
    return derived?.isWhole === true ? derived : undefined;
  }

  /** A file if it is that of a certain snapshot. Then less of it has to be intact: the snapshot says what its header is. */
  static findOf(disk: Disk, name: string, snapshot: Snapshot): PartialSnapshot | undefined {
    const found = PartialSnapshot.find(disk, name);
    if (found !== undefined) return sameSnapshot(found.snapshot, snapshot) ? found : undefined;
    const derived = PartialSnapshot.#of(disk, name, derivedOutline(disk, name, snapshot));
    return derived && sameSnapshot(derived.snapshot, snapshot) ? derived : undefined;
  }

  static #of(disk: Disk, name: string, outline: Outline | undefined): PartialSnapshot | undefined {
    const snapshot = outline && snapshotOf(outline);
    return outline && snapshot && new PartialSnapshot(disk, name, outline, snapshot);
  }

  /** Whether all parts are intact. */
  get isWhole(): boolean {
    return this.#parts.every((frame, part) => this.#isIntact(part, frame));
  }

  /**
   * Up to `maxBytes` from `offset`, as they were written; undefined where the file is damaged. All of it but the bytes of
   * parts is known from the outline.
   */
  read(offset: number, maxBytes: number): Uint8Array<ArrayBuffer> | undefined {
    const pieces: Uint8Array[] = [];
    const last = Math.min(offset + maxBytes, this.snapshot.size);
    for (let at = offset; at < last;) {
      const piece = this.#from(at, last);
      if (piece === undefined) break;
      pieces.push(piece);
      at += piece.length;
    }
    return pieces.length === 0 ? undefined : Uint8Array.from(Buffer.concat(pieces));
  }

  /** Bytes from `at` up to `end`, at least one, but only of the header, of one part, or of the end. */
  #from(at: number, end: number): Uint8Array | undefined {
    const [first = 0] = this.#starts;
    if (at < first) return this.#header.subarray(at, end);
    const part = this.#partAt(at);
    const start = this.#starts[part] ?? first;
    const frame = this.#parts[part];
    if (frame === undefined) return this.#end.subarray(at - start, end - start);
    const from = at - start;
    if (!this.#isIntact(part, frame)) return undefined;
    if (from < FRAME_BYTES) return encodeFrame(frame).subarray(from, end - start);
    const length = Math.min(end - at, FRAME_BYTES + frame.length - from);
    const bytes = this.#disk.readRange(this.#name, at, length);
    return bytes.length === length ? bytes : undefined;
  }

  /** The last part that begins at or before an offset; the number of parts for the end. */
  #partAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #isIntact(part: number, { length, crc }: Frame): boolean {
    const known = this.#checked.get(part);
    if (known !== undefined) return known;
    const start = (this.#starts[part] ?? 0) + FRAME_BYTES;
    const bytes = this.#disk.readRange(this.#name, start, length);
    const isIntact = bytes.length === length && crc32Of(bytes, 0) === crc;
    this.#checked.set(part, isIntact);
    return isIntact;
  }
}

function startsOf(header: Buffer, parts: readonly Frame[]): readonly number[] {
  const starts = [header.length];
  for (const { length } of parts) starts.push((starts.at(-1) ?? 0) + FRAME_BYTES + length);
  return starts;
}

function snapshotOf(outline: Outline): Snapshot | undefined {
  try {
    const { at, membership } = decodeHeader(outline.header);
    const end = encodeEnd(outline);
    const checksum = crc32Of(end, outline.checksum);
    return { ...at, membership, size: endAt(outline) + end.length, checksum };
  } catch (cause) {
    if (!(cause instanceof SnapshotFormatError)) throw cause;
    return undefined;
  }
}

function outlineAtEnd(disk: Disk, name: string): Outline | undefined {
  const size = sizeOf(disk, name);
  const last = range(disk, name, Math.max(0, size - TRAILER_BYTES), TRAILER_BYTES);
  return outlineAt(disk, name, secondOutline(last, size));
}

/** Goes from part to part: possible only if header and lengths are intact. */
function outlineAfterParts(disk: Disk, name: string): Outline | undefined {
  const header = headerOf(disk, name);
  const parts = header && framesOf(disk, name, header, undefined);
  if (header === undefined || parts === undefined) return undefined;
  const offset = startsOf(header, parts).at(-1) ?? 0;
  const end = range(disk, name, offset, TRAILER_BYTES);
  return outlineAt(disk, name, firstOutline(end, offset));
}

/**
 * An outline from the header and the frames of the parts alone. They hold no checksum of the file, but theirs give it. It is
 * proven only if all parts are intact, or if it is that of a snapshot that is known.
 */
function derivedOutline(
  disk: Disk,
  name: string,
  snapshot: Snapshot | undefined,
): Outline | undefined {
  const header =
    snapshot === undefined
      ? headerOf(disk, name)
      : encodeHeader({ at: positionOf(snapshot), membership: snapshot.membership });
  const parts = header && framesOf(disk, name, header, snapshot?.size);
  if (header === undefined || parts === undefined) return undefined;
  let checksum = crc32Of(header, 0);
  for (const frame of parts)
    checksum = crc32Joined(crc32Of(encodeFrame(frame), checksum), frame.crc, frame.length);
  return { header, parts, checksum };
}

function headerOf(disk: Disk, name: string): Buffer | undefined {
  try {
    const header = range(disk, name, 0, headerLength(range(disk, name, 0, HEADER_START_BYTES)));
    decodeHeader(header);
    return header;
  } catch (cause) {
    if (!(cause instanceof SnapshotFormatError)) throw cause;
    return undefined;
  }
}

/** The frames of all parts, up to the end mark, or to where a file of this size must end. */
function framesOf(
  disk: Disk,
  name: string,
  header: Buffer,
  size: number | undefined,
): readonly Frame[] | undefined {
  const parts: Frame[] = [];
  let offset = header.length;
  while (size === undefined || offset + endLength(header, parts.length) !== size) {
    const bytes = range(disk, name, offset, FRAME_BYTES);
    const frame = bytes.length < FRAME_BYTES ? "bad" : frameIn(bytes, offset);
    if (frame === "bad") return undefined;
    if (frame === undefined) return parts;
    parts.push(frame);
    offset += FRAME_BYTES + frame.length;
  }
  return parts;
}

function frameIn(bytes: Buffer, offset: number): Frame | "bad" | undefined {
  try {
    return decodeFrame(bytes, offset);
  } catch (cause) {
    if (!(cause instanceof SnapshotFormatError)) throw cause;
    return "bad";
  }
}

function outlineAt(disk: Disk, name: string, place: OutlinePlace | undefined): Outline | undefined {
  return place && decodeOutline(range(disk, name, place.offset, place.length), place);
}

/** Found by looking for the last byte, because a disk does not say it. */
function sizeOf(disk: Disk, name: string): number {
  const isThere = (at: number): boolean => disk.readRange(name, at, 1).length === 1;
  let high = 1;
  while (isThere(high - 1)) high *= 2;
  let low = Math.floor(high / 2);
  while (low < high - 1) {
    const middle = Math.floor((low + high) / 2);
    if (isThere(middle - 1)) low = middle;
    else high = middle;
  }
  return low;
}

function range(disk: Disk, name: string, offset: number, length: number): Buffer {
  const bytes = disk.readRange(name, offset, length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
