import { crc32 } from "node:zlib";
import type { Disk, DiskFile } from "../disk/disk.ts";
import { RecordCursor, RecordError } from "./record-cursor.ts";
import { RecordWriter } from "./record-writer.ts";
import type { BatchEnd } from "./wal-format.ts";
import { decodeState, encodeState, type NewStateRecord, type StateRecord } from "./wal-records.ts";

/**
 * The last durable batch, in a small file beside the log. It is written after the sync of that batch and is rarely
 * synced itself: it may be older than the log, but what it says is true. So a reader can tell a batch that was damaged at the
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
 * 28 the state record of the batch, except that it says what the log was after the batch and not before it
 * ```
 */
export type Promised = { readonly end: BatchEnd; readonly state: StateRecord };

/** The name of the file. */
export const PROMISE_NAME = "promise";

const MAGIC = Buffer.from("KTKD", "latin1");
const FORMAT = 1;
const HEADER_BYTES = 28;
/** A copy fits in a sector, which a device writes completely or not at all. */
const COPY_BYTES = 512;
const PLACES = [0, 4096] as const;
const FILE_BYTES = 4096 + COPY_BYTES;

/** Reads it. Undefined if there is none, or no copy is intact. */
export function readPromise(
  disk: Pick<Disk, "list" | "readRange">,
  name: string = PROMISE_NAME): Promised | undefined {
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

/** The file, open for writing. It is created if it is not there. */
export class PromiseFile {
  readonly #file: DiskFile;
  readonly #writer = new RecordWriter(HEADER_BYTES);

  constructor(disk: Disk) {
    if (!disk.list().includes(PROMISE_NAME)) disk.create(PROMISE_NAME, new Uint8Array(FILE_BYTES));
    this.#file = disk.open(PROMISE_NAME);
  }

  /** Records that this batch is durable. `state.before` is the log after the batch: what the next one would record. */
  write({ sequence, crc }: BatchEnd, state: NewStateRecord): void {
    encodeState(this.#writer, state);
    const copy = this.#writer.take();
    MAGIC.copy(copy);
    copy.writeUInt32LE(FORMAT, 8);
    copy.writeUInt32LE(crc, 12);
    copy.writeBigUInt64LE(BigInt(sequence), 16);
    copy.writeUInt32LE(copy.length - HEADER_BYTES, 24);
    copy.writeUInt32LE(crc32(copy.subarray(8)), 4);
    for (const at of PLACES) this.#file.overwrite(at, copy);
  }

  /** Makes it durable, where that costs little: a loss of power then finds it less old. */
  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}

function decodeCopy(copy: Buffer): Promised | undefined {
  if (copy.length < HEADER_BYTES || !MAGIC.equals(copy.subarray(0, 4))) return undefined;
  const end = HEADER_BYTES + copy.readUInt32LE(24);
  if (copy.readUInt32LE(8) !== FORMAT || end > copy.length) return undefined;
  if (crc32(copy.subarray(8, end)) !== copy.readUInt32LE(4)) return undefined;
  const sequence = Number(copy.readBigUInt64LE(16));
  try {
    const state = decodeState(new RecordCursor(copy, HEADER_BYTES, end));
    return { end: { sequence, crc: copy.readUInt32LE(12) }, state };
  } catch (cause) {
    if (cause instanceof RecordError) return undefined;
    throw cause;
  }
}
