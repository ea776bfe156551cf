/**
 * The bytes of a snapshot's file, format 2, all numbers little-endian: a header, parts, and an end that repeats what is
 * needed to identify the file and to check each part, twice.
 *
 * ```text
 * header                                    part
 *  0 magic "KTKP"                            0 length of its bytes
 *  4 CRC-32 of all of it from byte 8         4 CRC-32 of its bytes
 *  8 format, 2                               8 its bytes
 * 12 length of the membership               end
 * 16 index of the last entry in it, u64      0 0xffffffff
 * 24 term of that entry, u64                 4 CRC-32 of the outline
 * 32 the membership, JSON                    8 length of the outline
 *                                           12 the outline
 * outline                                      the outline again
 *  0 length of the file, u64                   length of the outline
 *  8 CRC-32 of the file before the end         CRC-32 of the outline
 * 12 length of the header                      magic "KTKE"
 * 16 the header
 *    for each part its length and CRC-32
 * ```
 *
 * So a reader that finds one of the two outlines knows all bytes of the file except those of damaged parts. In format 1 the
 * end is 0xffffffff, the CRC-32 of the 8 bytes that follow, and the length of the file.
 */
import { Buffer, crc32 } from "#platform";
import { index, term, type LogPosition, type Membership } from "@kontiki/core";
import { decodeMembership, encodeMembership, MembershipError } from "../membership-json.ts";

/** The format that this program writes. It reads format 1 as well. */
export const SNAPSHOT_FORMAT = 2;

/** The header up to the membership. */
export const HEADER_START_BYTES = 32;
/** The frame before a part's bytes, and before the length at the end. */
export const FRAME_BYTES = 8;
/** The bytes of a copy of the outline besides the outline, at the end of the file. */
export const TRAILER_BYTES = 12;
/** The bytes of an outline before the header in it. */
const OUTLINE_START_BYTES = 16;
/** The largest part. */
export const MAX_PART_BYTES = 2 ** 31;

const MAX_MEMBERSHIP_BYTES = 16 * 1024 * 1024;
const END_MARK = 0xffff_ffff;
const MAGIC = Buffer.from("KTKP", "latin1");
const END_MAGIC = Buffer.from("KTKE", "latin1");
const NAME = /^([0-9]{1,16})-([0-9]{1,16})\.snapshot$/;

/** The header of a snapshot. */
export type SnapshotHeader = { readonly at: LogPosition; readonly membership: Membership };

/** The frame before a part's bytes. */
export type Frame = { readonly length: number; readonly crc: number };

/** All that a file says, except the bytes of its parts. */
export type Outline = {
  /** The bytes of the header. */
  readonly header: Buffer;
  readonly parts: readonly Frame[];
  /** CRC-32 of the file before its end. */
  readonly checksum: number;
};

/** Thrown for bytes that are not a snapshot; `offset` counts from the beginning of the file. */
export class SnapshotFormatError extends Error {
  override readonly name = "SnapshotFormatError";
  readonly offset: number;

  constructor(offset: number, what: string) {
    super(what);
    this.offset = offset;
  }
}

/** The file name of a snapshot. */
export function snapshotName({ index: last, term: of }: LogPosition): string {
  return `${last}-${of}.snapshot`;
}

/** The position of a snapshot, from its file name; undefined if it is not the name of a snapshot. */
export function positionOfName(name: string): LogPosition | undefined {
  const [, last, of] = NAME.exec(name) ?? [];
  if (last === undefined || of === undefined) return undefined;
  if (!Number.isSafeInteger(Number(last)) || !Number.isSafeInteger(Number(of))) return undefined;
  const position = { index: index(Number(last)), term: term(Number(of)) };
  return snapshotName(position) === name ? position : undefined;
}

export function encodeHeader({ at, membership }: SnapshotHeader): Buffer {
  const members = encodeMembership(membership);
  const header = Buffer.alloc(HEADER_START_BYTES + members.length);
  MAGIC.copy(header);
  header.writeUInt32LE(SNAPSHOT_FORMAT, 8);
  header.writeUInt32LE(members.length, 12);
  header.writeBigUInt64LE(BigInt(at.index), 16);
  header.writeBigUInt64LE(BigInt(at.term), 24);
  header.set(members, HEADER_START_BYTES);
  header.writeUInt32LE(crc32(header.subarray(8)), 4);
  return header;
}

/** The length of the header that begins with these bytes. @throws SnapshotFormatError if they do not begin one. */
export function headerLength(start: Buffer): number {
  if (start.length < HEADER_START_BYTES || !MAGIC.equals(start.subarray(0, 4)))
    throw new SnapshotFormatError(0, "the header is bad");
  const length = start.readUInt32LE(12);
  if (length > MAX_MEMBERSHIP_BYTES) throw new SnapshotFormatError(0, "the header is bad");
  return HEADER_START_BYTES + length;
}

/** The format of a header; undefined if its checksum does not match. */
export function formatOfHeader(header: Buffer): number | undefined {
  return crc32(header.subarray(8)) === header.readUInt32LE(4) ? header.readUInt32LE(8) : undefined;
}

/** @throws SnapshotFormatError if it is damaged, or of a later format. */
export function decodeHeader(header: Buffer): SnapshotHeader {
  const format = formatOfHeader(header) ?? 0;
  if (format < 1 || format > SNAPSHOT_FORMAT) throw new SnapshotFormatError(0, "the header is bad");
  const at = { index: u64(header, 16), term: u64(header, 24) };
  try {
    const membership = decodeMembership(header.subarray(HEADER_START_BYTES));
    return { at: { index: index(at.index), term: term(at.term) }, membership };
  } catch (cause) {
    if (!(cause instanceof MembershipError)) throw cause;
    throw new SnapshotFormatError(0, `the header contains an invalid membership: ${cause.message}`);
  }
}

/** The frame before the bytes of a part. */
export function encodeFrame({ length, crc }: Frame): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32LE(length, 0);
  frame.writeUInt32LE(crc, 4);
  return frame;
}

/** Reads the frame of a part; undefined for that of the end. @throws SnapshotFormatError */
export function decodeFrame(frame: Buffer, offset: number): Frame | undefined {
  const length = frame.readUInt32LE(0);
  if (length === END_MARK) return undefined;
  if (length > MAX_PART_BYTES) throw new SnapshotFormatError(offset, "the length of a part is bad");
  return { length, crc: frame.readUInt32LE(4) };
}

/** The offset of the end of a file. */
export function endAt({ header, parts }: Outline): number {
  return parts.reduce((sum, { length }) => sum + FRAME_BYTES + length, header.length);
}

/** The length of the end of a file with this header and number of parts. */
export function endLength(header: Buffer, parts: number): number {
  if (isFormat1(header)) return 2 * FRAME_BYTES;
  return 2 * (TRAILER_BYTES + outlineLength(header, parts));
}

function isFormat1(header: Buffer): boolean {
  return header.readUInt32LE(8) === 1;
}

function outlineLength(header: Buffer, parts: number): number {
  return OUTLINE_START_BYTES + header.length + FRAME_BYTES * parts;
}

/** The end of a file, in the format of its header. */
export function encodeEnd(outline: Outline): Buffer {
  const { header, parts } = outline;
  const size = endAt(outline) + endLength(header, parts.length);
  if (isFormat1(header)) return encodeEnd1(size);
  const length = outlineLength(header, parts.length);
  const bytes = encodeOutline(outline, size, length);
  const first = Buffer.alloc(TRAILER_BYTES);
  first.writeUInt32LE(END_MARK, 0);
  first.writeUInt32LE(crc32(bytes), 4);
  first.writeUInt32LE(length, 8);
  const last = Buffer.alloc(TRAILER_BYTES);
  last.writeUInt32LE(length, 0);
  last.writeUInt32LE(crc32(bytes), 4);
  END_MAGIC.copy(last, 8);
  return Buffer.concat([first, bytes, bytes, last]);
}

function encodeEnd1(size: number): Buffer {
  const end = Buffer.alloc(2 * FRAME_BYTES);
  end.writeBigUInt64LE(BigInt(size), FRAME_BYTES);
  end.writeUInt32LE(END_MARK, 0);
  end.writeUInt32LE(crc32(end.subarray(FRAME_BYTES)), 4);
  return end;
}

function encodeOutline(outline: Outline, size: number, length: number): Buffer {
  const { header, parts, checksum } = outline;
  const bytes = Buffer.alloc(length);
  bytes.writeBigUInt64LE(BigInt(size), 0);
  bytes.writeUInt32LE(checksum, 8);
  bytes.writeUInt32LE(header.length, 12);
  header.copy(bytes, OUTLINE_START_BYTES);
  let at = OUTLINE_START_BYTES + header.length;
  for (const part of parts) {
    encodeFrame(part).copy(bytes, at);
    at += FRAME_BYTES;
  }
  return bytes;
}

/** The place of a copy of the outline in a file, and its checksum. */
export type OutlinePlace = {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
};

/** Where the first copy is, if `bytes` are at `offset`, where the end begins. */
export function firstOutline(bytes: Buffer, offset: number): OutlinePlace | undefined {
  if (bytes.length < TRAILER_BYTES || bytes.readUInt32LE(0) !== END_MARK) return undefined;
  const [crc, length] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  return { offset: offset + TRAILER_BYTES, length, crc };
}

/** Where the second copy is, if `bytes` are the last of a file of this size. */
export function secondOutline(bytes: Buffer, size: number): OutlinePlace | undefined {
  const last = bytes.subarray(-TRAILER_BYTES);
  if (last.length < TRAILER_BYTES || !END_MAGIC.equals(last.subarray(8))) return undefined;
  const [length, crc] = [last.readUInt32LE(0), last.readUInt32LE(4)];
  const offset = size - TRAILER_BYTES - length;
  return offset < 0 ? undefined : { offset, length, crc };
}

/** Reads an outline; undefined if it is damaged. */
export function decodeOutline(bytes: Buffer, { length, crc }: OutlinePlace): Outline | undefined {
  if (bytes.length !== length || length < OUTLINE_START_BYTES) return undefined;
  if (crc32(bytes) !== crc) return undefined;
  const partsAt = OUTLINE_START_BYTES + bytes.readUInt32LE(12);
  if (partsAt > length) return undefined;
  const parts: Frame[] = [];
  for (let at = partsAt; at + FRAME_BYTES <= length; at += FRAME_BYTES)
    parts.push({ length: bytes.readUInt32LE(at), crc: bytes.readUInt32LE(at + 4) });
  const header = bytes.subarray(OUTLINE_START_BYTES, partsAt);
  return { header, parts, checksum: bytes.readUInt32LE(8) };
}

function u64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
