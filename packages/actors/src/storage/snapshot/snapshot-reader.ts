import { Buffer, crc32 } from "#platform";
import type { Snapshot } from "@kontiki/core";
import type { Disk } from "../disk/disk.ts";
import {
  decodeFrame,
  decodeOutline,
  encodeEnd,
  firstOutline,
  FRAME_BYTES,
  formatOfHeader,
  HEADER_START_BYTES,
  headerLength,
  positionOfName,
  SNAPSHOT_FORMAT,
  SnapshotFormatError,
  snapshotName,
  type Frame,
  type Outline,
} from "./snapshot-format.ts";
import { SnapshotScan } from "./snapshot-scan.ts";
import { DamagedSnapshotError } from "../snapshot-store.ts";
import { NewerLogError } from "../wal/log-errors.ts";

/** A file is checked in steps of this many bytes. */
const STEP_BYTES = 1024 * 1024;

/** The snapshots on a disk. */
export type FoundSnapshots = {
  /** The newest intact one. */
  readonly newest: Snapshot | undefined;
  /** The damaged ones that are newer, newest first. */
  readonly damaged: readonly { readonly name: string; readonly error: DamagedSnapshotError }[];
  /** The others, newest first. They are not checked. */
  readonly older: readonly string[];
};

/**
 * Looks for the newest intact snapshot. Changes nothing.
 *
 * @throws NewerLogError when a later version wrote it.
 */
export function findSnapshots(disk: Disk): FoundSnapshots {
  const names = disk
    .list()
    .flatMap((name) => {
      const at = positionOfName(name);
      return at === undefined ? [] : [{ name, at }];
    })
    .sort((a, b) => b.at.index - a.at.index || b.at.term - a.at.term)
    .map(({ name }) => name);
  const damaged: FoundSnapshots["damaged"][number][] = [];
  for (const [place, name] of names.entries()) {
    const newest = check(disk, name);
    if (!(newest instanceof DamagedSnapshotError))
      return { newest, damaged, older: names.slice(place + 1) };
    damaged.push({ name, error: newest });
  }
  return { newest: undefined, damaged, older: [] };
}

/** See {@link SnapshotStore.parts}. */
export function* partsOf(disk: Disk, snapshot: Snapshot): Generator<Uint8Array> {
  const name = snapshotName(snapshot);
  const parts: Frame[] = [];
  try {
    const headerBytes = headerLength(read(disk, name, 0, HEADER_START_BYTES));
    let offset = headerBytes;
    let bytes = read(disk, name, offset, FRAME_BYTES);
    for (;;) {
      const frame = decodeFrame(bytes.subarray(-FRAME_BYTES), offset);
      if (frame === undefined)
        return checkEnd(disk, name, { header: read(disk, name, 0, headerBytes), parts }, offset);
      parts.push(frame);
      const { length } = frame;
      if (offset + length > snapshot.size)
        throw new SnapshotFormatError(offset, "the length of a part is bad");
      // Reads the frame of the next part as well, which saves a call.
      bytes = read(disk, name, offset + FRAME_BYTES, length + FRAME_BYTES);
      const part = bytes.subarray(0, length);
      if (crc32(part) !== frame.crc) throw new SnapshotFormatError(offset, "a part is bad");
      yield part;
      offset += FRAME_BYTES + length;
    }
  } catch (cause) {
    throw damagedOr(cause, disk.pathOf(name));
  }
}

/** The end of a file must repeat its header and parts. */
function checkEnd(
  disk: Disk,
  name: string,
  found: Pick<Outline, "header" | "parts">,
  offset: number,
): void {
  const { length } = encodeEnd({ ...found, checksum: 0 });
  const there = read(disk, name, offset, length);
  const place = firstOutline(there, offset);
  const at = place === undefined ? 0 : place.offset - offset;
  const outline = place && decodeOutline(there.subarray(at, at + place.length), place);
  const checksum = outline?.checksum ?? 0;
  if (!there.equals(encodeEnd({ ...found, checksum })))
    throw new SnapshotFormatError(offset, "the end is bad");
}

function check(disk: Disk, name: string): Snapshot | DamagedSnapshotError {
  const scan = new SnapshotScan();
  refuseNewer(disk, name);
  try {
    for (let offset = 0; ; offset += STEP_BYTES) {
      const bytes = disk.readRange(name, offset, STEP_BYTES);
      scan.feed(bytes);
      if (bytes.length < STEP_BYTES) break;
    }
    const snapshot = scan.finish();
    if (snapshotName(snapshot) !== name)
      throw new SnapshotFormatError(0, `the header belongs to ${snapshotName(snapshot)}`);
    return snapshot;
  } catch (cause) {
    const error = damagedOr(cause, disk.pathOf(name));
    if (error instanceof DamagedSnapshotError) return error;
    throw error;
  }
}

/** A file of a later version is not damaged, and must not be deleted. */
function refuseNewer(disk: Disk, name: string): void {
  const start = Buffer.from(disk.readRange(name, 0, HEADER_START_BYTES));
  if (start.length < HEADER_START_BYTES || start.readUInt32LE(8) <= SNAPSHOT_FORMAT) return;
  try {
    const format = formatOfHeader(Buffer.from(disk.readRange(name, 0, headerLength(start))));
    if (format === undefined) return;
    throw new NewerLogError(disk.pathOf(name), format, SNAPSHOT_FORMAT);
  } catch (cause) {
    if (!(cause instanceof SnapshotFormatError)) throw cause;
  }
}

function read(disk: Disk, name: string, offset: number, length: number): Buffer {
  const bytes = disk.readRange(name, offset, length);
  if (bytes.length < length) throw new SnapshotFormatError(offset, "the file is cut off");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damagedOr(cause: unknown, path: string): unknown {
  if (!(cause instanceof SnapshotFormatError)) return cause;
  return new DamagedSnapshotError(path, cause.offset, cause.message);
}
