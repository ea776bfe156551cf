import { assert, index, type Entry, type HardState, type Index } from "@kontiki/core";
import type { Disk, DiskFile } from "./disk.ts";
import type { CommandBytes, Recovered, Storage } from "./storage.ts";
import {
  BATCH_HEADER_BYTES,
  encodeSegmentHeader,
  sealBatch,
  SEGMENT_HEADER_BYTES,
  segmentName,
  type BatchEnd,
} from "./wal-format.ts";
import type { Tail } from "./wal-recovery.ts";
import { encodeAppend, encodeHardState, encodeTruncate } from "./wal-records.ts";
import { RecordWriter } from "./record-writer.ts";

/** Settings of a write-ahead log. */
export type WalOptions = {
  /**
   * A segment is closed before the batch that would take it over this many bytes, 1 to 1 GiB;
   * default 16 MiB. A batch is never split: one that is larger has a segment to itself.
   */
  readonly segmentBytes?: number;
};

/** The default of `segmentBytes`. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

/** What a log goes on from. */
export type Start = { readonly file: DiskFile; readonly tail: Tail; readonly recovered: Recovered };

/**
 * A node's write-ahead log. Batch n + 1 is written only after batch n is durable, which is what
 * lets recovery tell a torn tail from damage.
 *
 * After a DiskError nothing is known of the last batch: the log refuses all further use (it
 * asserts), and a new one is opened from the disk.
 */
export class Wal implements Storage {
  readonly #disk: Disk;
  readonly #segmentBytes: number;
  #file: DiskFile;
  #segment: number;
  #length: number;
  #last: BatchEnd;
  #hard: HardState;
  #lastIndex: Index;
  /** What the next batch holds so far. */
  readonly #writer = new RecordWriter(BATCH_HEADER_BYTES);
  /** `flushed`: the last batch is written and not yet durable. */
  #state: "durable" | "flushed" | "failed" | "closed" = "durable";

  /** Use `openWal`: what is read must be made durable before anything is built on it. */
  constructor(disk: Disk, options: WalOptions, { file, tail, recovered }: Start) {
    const { segmentBytes = SEGMENT_BYTES } = options;
    assert(segmentBytes >= 1 && segmentBytes <= 2 ** 30, "a segment is 1 B to 1 GiB");
    this.#disk = disk;
    this.#segmentBytes = segmentBytes;
    this.#file = file;
    this.#segment = tail.segment;
    this.#length = tail.length;
    this.#last = tail.last;
    this.#hard = recovered.hard;
    this.#lastIndex = index(recovered.entries.length);
  }

  saveHardState(hard: HardState): void {
    const { term, votedFor } = this.#hard;
    assert(hard.term >= term, "a term never goes back");
    const keepsVote = votedFor === undefined || hard.votedFor === votedFor;
    assert(hard.term > term || keepsVote, "a vote is never changed within its term");
    this.#hard = hard;
    this.#record((writer) => encodeHardState(writer, hard));
  }

  append(entries: readonly Entry<CommandBytes>[]): void {
    let last: number = this.#lastIndex;
    for (const entry of entries) {
      last += 1;
      assert(entry.index === last, "entries are appended behind the last one");
    }
    if (entries.length === 0) return;
    this.#lastIndex = index(last);
    this.#record((writer) => encodeAppend(writer, entries));
  }

  truncate(after: Index): void {
    assert(after <= this.#lastIndex, "only what is there is cut");
    this.#lastIndex = after;
    this.#record((writer) => encodeTruncate(writer, after));
  }

  flush(): boolean {
    assert(this.#state === "durable", "a batch is written after the one before it is durable");
    if (this.#writer.isEmpty) return false;
    const batch = this.#writer.take();
    this.#state = "failed";
    const full = this.#length + batch.length > this.#segmentBytes;
    if (full && this.#length > SEGMENT_HEADER_BYTES) this.#roll();
    const place = { segment: this.#segment, offset: this.#length, previous: this.#last };
    const last = sealBatch(batch, place);
    this.#file.append(batch);
    this.#state = "flushed";
    this.#length += batch.length;
    this.#last = last;
    return true;
  }

  sync(): void {
    if (this.#state === "durable") return;
    assert(this.#state === "flushed", "a log that failed or was closed is not used");
    this.#state = "failed";
    this.#file.sync();
    this.#state = "durable";
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#file.close();
  }

  /** A write that is refused in the middle leaves half a record, and with it a log that failed. */
  #record(encode: (writer: RecordWriter) => void): void {
    const before = this.#state;
    assert(before !== "failed" && before !== "closed", "a log that failed is not used");
    this.#state = "failed";
    encode(this.#writer);
    this.#state = before;
  }

  /**
   * Goes on in a new segment. It appears only now that all batches before it are durable, so that
   * its presence proves them: a crash before leaves the old one last, a crash after an empty one.
   */
  #roll(): void {
    const segment = this.#segment + 1;
    const name = segmentName(segment);
    this.#file.close();
    this.#disk.create(name, encodeSegmentHeader(segment, this.#last));
    this.#file = this.#disk.open(name);
    this.#segment = segment;
    this.#length = SEGMENT_HEADER_BYTES;
  }
}
