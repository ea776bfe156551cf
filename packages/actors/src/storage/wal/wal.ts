import {
  assert,
  sameHardState,
  type Entry,
  type HardState,
  type Index,
  type LogPosition,
} from "@kontiki/core";
import { BatchWriter } from "./batch-writer.ts";
import type { Disk, DiskFile } from "../disk/disk.ts";
import type { LogTerms } from "./log-terms.ts";
import type { Durable, PromiseFile } from "./promise.ts";
import type { RecordWriter } from "./record-writer.ts";
import type { SegmentSpans } from "./segment-spans.ts";
import type { CommandBytes, Storage } from "../storage.ts";
import {
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  type BatchEnd,
} from "./wal-format.ts";
import {
  encodeAppend,
  encodeCompact,
  encodeReset,
  encodeTruncate,
  type LogBefore,
} from "./wal-records.ts";

/** Settings of a write-ahead log. */
export type WalOptions = {
  /**
   * A segment is closed before the batch that would make it larger than this, 1 byte to 1 GiB; default 16 MiB. A batch
   * is never split: a larger one gets its own segment.
   */
  readonly segmentBytes?: number;
};

/** The default of `segmentBytes`. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

/** What a log continues from. All of it is durable. */
export type Start = {
  readonly file: DiskFile;
  readonly promise: PromiseFile;
  readonly segment: number;
  /** The length of that segment, whether nothing more may be written into it, and its last batch. */
  readonly length: number;
  readonly isFull: boolean;
  readonly last: BatchEnd;
  readonly hard: HardState;
  readonly horizon: LogPosition | undefined;
  readonly terms: LogTerms;
  readonly cuts: number;
  readonly spans: SegmentSpans;
};

/**
 * A node's write-ahead log. Batch n + 1 is written only after batch n is durable: this lets recovery distinguish a torn
 * tail from damage.
 *
 * After a DiskError the state of the last batch is unknown: the log rejects all further use (it asserts), and a new one
 * is opened from the disk.
 */
export class Wal implements Storage {
  readonly #disk: Disk;
  readonly #segmentBytes: number;
  readonly #promise: PromiseFile;
  #file: DiskFile;
  #segment: number;
  #length: number;
  #isFull: boolean;
  #last: BatchEnd;
  #hard: HardState;
  #horizon: LogPosition | undefined;
  readonly #terms: LogTerms;
  readonly #spans: SegmentSpans;
  #cuts: number;
  /** The log as of the last batch. */
  #before: LogBefore;
  /** The last batch. */
  #flushed: Durable | undefined;
  /** The next batch so far: `changed` if it is not empty, `emptied` if it empties the log. */
  readonly #writer = new BatchWriter();
  #changed = false;
  #emptied = false;
  /** The first segment needed once the last batch is durable, and the first one needed now. */
  #needed = 0;
  #neededNow = 0;
  /** `flushed`: the last batch is written and not durable yet. */
  #state: "durable" | "flushed" | "failed" | "closed" = "durable";

  /** Use `openStorage`: what is read must be made durable before anything is built on it. */
  constructor(disk: Disk, { segmentBytes = SEGMENT_BYTES }: WalOptions, start: Start) {
    assert(segmentBytes >= 1 && segmentBytes <= 2 ** 30, "a segment is 1 byte to 1 GiB");
    this.#disk = disk;
    this.#segmentBytes = segmentBytes;
    this.#promise = start.promise;
    this.#file = start.file;
    this.#segment = start.segment;
    this.#length = start.length;
    this.#isFull = start.isFull;
    this.#last = start.last;
    this.#hard = start.hard;
    this.#horizon = start.horizon;
    this.#terms = start.terms;
    this.#spans = start.spans;
    this.#cuts = start.cuts;
    this.#before = { last: start.terms.last, cuts: start.cuts };
    this.#neededNow = start.spans.firstNeeded(start.terms.base.index);
  }

  saveHardState(hard: HardState): void {
    const { term, votedFor } = this.#hard;
    assert(hard.term >= term, "a term never decreases");
    const keepsVote = votedFor === undefined || hard.votedFor === votedFor;
    assert(hard.term > term || keepsVote, "a vote never changes within its term");
    if (sameHardState(hard, this.#hard)) return;
    this.#record(() => {
      this.#hard = hard;
    });
  }

  append(entries: readonly Entry<CommandBytes>[]): void {
    if (entries.length === 0) return;
    this.#record((records) => {
      this.#terms.append(entries);
      this.#spans.append(this.#terms.last.index);
      encodeAppend(records, entries);
    });
  }

  truncate(after: Index): void {
    this.#record((records) => {
      this.#terms.truncate(after);
      this.#cuts += 1;
      encodeTruncate(records, this.#terms.last);
    });
  }

  compact(upTo: Index): void {
    this.#record((records) => {
      this.#terms.compact(upTo);
      encodeCompact(records, this.#terms.base);
    });
  }

  reset(base: LogPosition): void {
    this.#record((records) => {
      this.#terms.reset(base);
      this.#cuts += 1;
      this.#spans.reset();
      this.#emptied = true;
      encodeReset(records, base);
    });
  }

  forgetHorizon(): void {
    if (this.#horizon === undefined) return;
    this.#record(() => {
      this.#horizon = undefined;
    });
  }

  flush(): boolean {
    assert(this.#state === "durable", "a batch is written only after the one before it is durable");
    if (!this.#changed) return false;
    this.#state = "failed";
    this.#makeRoom();
    const [hard, last, horizon] = [this.#hard, this.#terms.last, this.#horizon];
    const after = { last, cuts: this.#cuts };
    const place = { segment: this.#segment, offset: this.#length, previous: this.#last };
    const state = { hard, last, horizon, before: this.#before };
    const { bytes, end } = this.#writer.seal(state, place);
    this.#file.append(bytes);
    this.#state = "flushed";
    this.#changed = false;
    this.#emptied = false;
    this.#length += bytes.length;
    this.#last = end;
    this.#before = after;
    this.#flushed = { end, state: { hard, last, horizon, before: after } };
    this.#spans.place(this.#segment);
    this.#needed = this.#spans.firstNeeded(this.#terms.base.index);
    return true;
  }

  sync(): boolean {
    const isFlushed = this.#state === "flushed";
    assert(
      isFlushed || this.#state === "durable",
      "a log is not used after it failed or was closed",
    );
    this.#state = "failed";
    if (isFlushed) {
      this.#file.sync();
      this.#neededNow = this.#needed;
    }
    this.#promise.turn(isFlushed ? this.#flushed : undefined);
    this.#state = "durable";
    this.#removeObsolete();
    return isFlushed;
  }

  close(): void {
    if (this.#state === "closed") return;
    const isDurable = this.#state === "durable";
    this.#state = "closed";
    try {
      this.#promise.close(isDurable);
    } finally {
      this.#file.close();
    }
  }

  /** A write that fails halfway leaves half a record, so the log counts as failed. */
  #record(encode: (records: RecordWriter) => void): void {
    const before = this.#state;
    assert(before !== "failed" && before !== "closed", "a log is not used after it failed");
    this.#state = "failed";
    encode(this.#writer.records);
    this.#changed = true;
    this.#state = before;
  }

  /** Starts a new segment if the batch does not fit, or if it makes all old segments obsolete. */
  #makeRoom(): void {
    const length = this.#length + this.#writer.size;
    if (this.#isFull) return this.#roll();
    if (this.#length === SEGMENT_HEADER_BYTES) return;
    if (length > this.#segmentBytes || this.#emptied) this.#roll();
  }

  /**
   * Starts a new segment. It is created only now that all batches before it are durable, so its existence proves that
   * they are: a crash before this leaves the old segment as the last, a crash after it an empty one.
   */
  #roll(): void {
    const segment = this.#segment + 1;
    const name = segmentName(segment);
    const position = this.#before.last;
    const header = { segment, previous: this.#last, begins: false, setsAside: 0, position };
    this.#promise.sync();
    this.#file.close();
    this.#disk.create(name, encodeSegmentHeader(header));
    this.#file = this.#disk.open(name);
    this.#segment = segment;
    this.#length = SEGMENT_HEADER_BYTES;
    this.#isFull = false;
  }

  /**
   * Removes a segment that a durable batch made obsolete: the first one, so that a crash leaves no gap. Only one,
   * because removal syncs the folder, and the turn's promises wait for that.
   */
  #removeObsolete(): void {
    const { first } = this.#spans;
    if (first === undefined || first >= this.#neededNow) return;
    this.#state = "failed";
    this.#disk.remove(segmentName(first));
    this.#spans.removeFirst();
    this.#state = "durable";
  }
}
