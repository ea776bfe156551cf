/**
 * The bytes of a snapshot's file, format 1, all numbers little-endian: a header, parts, and a mark that the file is
 * complete.
 *
 * ```text
 * header                                    part
 *  0 magic "KTKP"                            0 length of its bytes
 *  4 CRC-32 of all of it from byte 8         4 CRC-32 of its bytes
 *  8 format, 1                               8 its bytes
 * 12 length of the membership               end mark
 * 16 index of the last entry in it, u64      0 0xffffffff
 * 24 term of that entry, u64                 4 CRC-32 of the 8 bytes that follow
 * 32 the membership, JSON                    8 length of the file, u64
 * ```
 */
import { crc32 } from "node:zlib";
import { index, term, type LogPosition, type Membership } from "@kontiki/core";
import { decodeMembership, encodeMembership, MembershipError } from "../membership-json.ts";

/** The format that this program writes, and the only one it reads. */
export const SNAPSHOT_FORMAT = 1;

/** The header up to the membership. */
export const HEADER_START_BYTES = 32;
/** The frame before a part's bytes, and before the length at the end. */
export const FRAME_BYTES = 8;
/** The bytes after the frame of the end mark. */
export const END_BYTES = 8;
/** The largest part. */
export const MAX_PART_BYTES = 2 ** 31;

const MAX_MEMBERSHIP_BYTES = 16 * 1024 * 1024;
const END_MARK = 0xffff_ffff;
const MAGIC = Buffer.from("KTKP", "latin1");
const NAME = /^([0-9]{1,16})-([0-9]{1,16})\.snapshot$/;

/** The header of a snapshot. */
export type SnapshotHeader = { readonly at: LogPosition; readonly membership: Membership };

/** The frame before a part's bytes. */
export type Frame = {
  /** Undefined for the end mark. */
  readonly length: number | undefined;
  readonly crc: number;
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

/** @throws SnapshotFormatError if it is damaged, or of another format. */
export function decodeHeader(header: Buffer): SnapshotHeader {
  if (formatOfHeader(header) !== SNAPSHOT_FORMAT)
    throw new SnapshotFormatError(0, "the header is bad");
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
export function encodeFrame(part: Uint8Array): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32LE(part.length, 0);
  frame.writeUInt32LE(crc32(part), 4);
  return frame;
}

/** Reads the frame of a part or of the end mark. @throws SnapshotFormatError */
export function decodeFrame(frame: Buffer, offset: number): Frame {
  const length = frame.readUInt32LE(0);
  const crc = frame.readUInt32LE(4);
  if (length === END_MARK) return { length: undefined, crc };
  if (length > MAX_PART_BYTES) throw new SnapshotFormatError(offset, "the length of a part is bad");
  return { length, crc };
}

/** The end mark of a file; `size` includes the mark. */
export function encodeEnd(size: number): Buffer {
  const end = Buffer.alloc(FRAME_BYTES + END_BYTES);
  end.writeBigUInt64LE(BigInt(size), FRAME_BYTES);
  end.writeUInt32LE(END_MARK, 0);
  end.writeUInt32LE(crc32(end.subarray(FRAME_BYTES)), 4);
  return end;
}

/** Checks the bytes after the frame of the end mark, which is at `offset`. @throws SnapshotFormatError */
export function checkEnd(bytes: Buffer, { crc }: Frame, offset: number): void {
  const size = offset + FRAME_BYTES + END_BYTES;
  if (crc32(bytes) !== crc || u64(bytes, 0) !== size)
    throw new SnapshotFormatError(offset, "the end is bad");
}

function u64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
