import { Buffer, crc32 } from "#platform";
import { assert } from "@kontiki/core";
import { DiskError, type Disk, type DiskFile } from "../disk/disk.ts";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import { RecordWriter } from "./record-writer.ts";
import type { BatchEnd } from "./wal-format.ts";
import { decodeState, encodeState, type NewStateRecord, type StateRecord } from "./wal-records.ts";

/**
 * The last durable batch, in a small file beside the log. It is written some time after the sync of that batch and is
 * rarely synced itself: it may be older than the log, but what it says is true. So a reader can tell a batch that was damaged at the
 * end of the log from one that a crash cut off, and knows term and vote although the batch that records them is gone.
 *
 * ```text
 * two copies, at 0 and 4096
 *  0 magic "KTKD"
 *  4 CRC-32 of bytes 8 to the end of the copy
 *  8 format, 1
 * 12 CRC of the batch
 * 16 sequence of the batch, u64
 * 24 length of the state record
 * 28 the state record of the batch, except that it says what the log was after the batch and not before it; then, if the
 *    writer knew whose log it is, u8 length and its name in ASCII, which an earlier version of this program skips
 * ```
 */
export type Promised = {
  readonly end: BatchEnd;
  readonly state: StateRecord;
  /** Whose log it is; undefined if the file does not say. */
  readonly owner?: string | undefined;
};

/** A durable batch. `state.before` is the log after it: what the next batch would record. */
export type Durable = { readonly end: BatchEnd; readonly state: NewStateRecord };

/** The name of the file. */
export const PROMISE_NAME = "promise";

const MAGIC = Buffer.from("KTKD", "latin1");
const FORMAT = 1;
const HEADER_BYTES = 28;
/** A copy fits in a sector, which a device writes completely or not at all. */
const COPY_BYTES = 512;
const PLACES = [0, 4096] as const;
/** So that a copy with the longest state record is no longer than a sector. */
const OWNER_CHARACTERS_MAX = 255;
const FILE_BYTES = 4096 + COPY_BYTES;

/** Reads it. Undefined if there is none, or no copy is intact. */
export function readPromise(
  disk: Pick<Disk, "list" | "readRange">,
  name: string = PROMISE_NAME,
): Promised | undefined {
  if (!disk.list().includes(name)) return undefined;
  const read = disk.readRange(name, 0, FILE_BYTES);
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  return PLACES.map((at) => decodeCopy(bytes.subarray(at, at + COPY_BYTES)))
    .filter((copy) => copy !== undefined)
    .reduce<Promised | undefined>(
      (latest, copy) =>
        latest !== undefined && latest.end.sequence >= copy.end.sequence ? latest : copy,
      undefined,
    );
}

/**
 * What is wrong with the file; undefined if there is none, or nothing is. One bad copy is what a power loss may leave, two are
 * not: a copy is a sector, and both were once written completely.
 */
export function promiseDamage(disk: Pick<Disk, "list" | "readRange">): string | undefined {
  if (!disk.list().includes(PROMISE_NAME)) return undefined;
  const bytes = disk.readRange(PROMISE_NAME, 0, FILE_BYTES + 1);
  if (bytes.length < FILE_BYTES) return `it has ${bytes.length} bytes, not ${FILE_BYTES}`;
  if (bytes.length > FILE_BYTES) return `it has more than ${FILE_BYTES} bytes`;
  if (readPromise(disk) !== undefined || bytes.every((byte) => byte === 0)) return undefined;
  return "neither copy in it is intact";
}

/**
 * The file is written once it lacks this many batches, or after this many turns in which nothing was written: what it costs
 * must not be felt under load, and the file of a node that rests must not be old.
 */
const BATCHES_MAX = 16;
const QUIET_TURNS = 8;

/** The file, open for writing. It is created if it is not there. */
export class PromiseFile {
  readonly #file: DiskFile;
  readonly #owner: string | undefined;
  readonly #writer = new RecordWriter(HEADER_BYTES);
  /** The last durable batch, if the file does not say so, and how many batches it lacks. */
  #pending: Durable | undefined;
  #batches = 0;
  #quietTurns = 0;

  /** @param owner whose log it is, at most {@link OWNER_CHARACTERS_MAX} of ASCII; undefined if that is not known. */
  constructor(disk: Disk, owner?: string) {
    assert(
      (owner?.length ?? 0) <= OWNER_CHARACTERS_MAX,
      "the name of the owner fits into the sector of a copy",
    );
    this.#owner = owner;
    if (!disk.list().includes(PROMISE_NAME)) disk.create(PROMISE_NAME, new Uint8Array(FILE_BYTES));
    this.#file = disk.open(PROMISE_NAME);
  }

  /** Records that a batch is durable. */
  write(durable: Durable): void {
    this.#pending = durable;
    this.#flush();
  }

  /** The end of a turn, which made a batch durable or wrote nothing. */
  turn(durable: Durable | undefined): void {
    this.#quietTurns += 1;
    if (durable !== undefined) {
      this.#pending = durable;
      this.#batches += 1;
      this.#quietTurns = 0;
    }
    if (this.#batches >= BATCHES_MAX || this.#quietTurns >= QUIET_TURNS) this.#flush();
  }

  /** Writes what is missing, and makes it durable. */
  sync(): void {
    this.#flush();
    this.#file.sync();
  }

  /** Closes the file. If the disk refuses what is missing, it is older, and true all the same. */
  close(isUsable = true): void {
    try {
      if (isUsable) this.sync();
    } catch (cause) {
      if (!(cause instanceof DiskError)) throw cause;
    } finally {
      this.#file.close();
    }
  }

  #flush(): void {
    if (this.#pending === undefined) return;
    const copy = this.#encode(this.#pending);
    for (const at of PLACES) this.#file.overwrite(at, copy);
    this.#pending = undefined;
    this.#batches = 0;
  }

  #encode({ end: { sequence, crc }, state }: Durable): Buffer {
    encodeState(this.#writer, state);
    if (this.#owner !== undefined) this.#writer.shortText(this.#owner);
    const copy = this.#writer.take();
    MAGIC.copy(copy);
    copy.writeUInt32LE(FORMAT, 8);
    copy.writeUInt32LE(crc, 12);
    copy.writeBigUInt64LE(BigInt(sequence), 16);
    copy.writeUInt32LE(copy.length - HEADER_BYTES, 24);
    copy.writeUInt32LE(crc32(copy.subarray(8)), 4);
    return copy;
  }
}

function decodeCopy(copy: Buffer): Promised | undefined {
  if (copy.length < HEADER_BYTES || !MAGIC.equals(copy.subarray(0, 4))) return undefined;
  const end = HEADER_BYTES + copy.readUInt32LE(24);
  if (copy.readUInt32LE(8) !== FORMAT || end > copy.length) return undefined;
  if (crc32(copy.subarray(8, end)) !== copy.readUInt32LE(4)) return undefined;
  const sequence = Number(copy.readBigUInt64LE(16));
  try {
    const cursor = new RecordCursor(copy, HEADER_BYTES, end);
    const state = decodeState(cursor);
    const owner = cursor.rest > 0 ? cursor.text(cursor.u8()) : undefined;
    return { end: { sequence, crc: copy.readUInt32LE(12) }, state, owner };
  } catch (cause) {
    if (cause instanceof RecordError) return undefined;
    throw cause;
  }
}
