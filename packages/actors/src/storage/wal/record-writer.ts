import { Buffer } from "#platform";
import { assert } from "@kontiki/core";
import { BATCH_HEADER_BYTES, MAX_BATCH_BYTES } from "./wal-format.ts";

const LEAST_BYTES = 64 * 1024;
const KEPT_BYTES = 4 * 1024 * 1024;

/** Room for a turn's mail of 8 MiB, which a batch is larger than only when the last letter of a turn is large. */
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Collects the records of a batch, all numbers little-endian, in memory that is reused for the next batch.
 *
 * This is the hot path of a busy node: a thousand commands a turn are copied once, and nothing is allocated for them.
 */
export class RecordWriter {
  readonly #roomBytes: number;
  #bytes!: Buffer;
  #view!: DataView;
  #at: number;

  /** Reserves this many bytes before what is written. */
  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes;
    this.#at = roomBytes;
    this.#allocate(LEAST_BYTES);
  }

  /** Where the next byte goes. */
  get position(): number {
    return this.#at;
  }

  u8(value: number): void {
    const at = this.#take(1);
    this.#view.setUint8(at, value);
  }

  u32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  /** An integer up to 2^53 - 1. */
  u64(value: number): void {
    const at = this.#take(8);
    this.#view.setUint32(at, value % 2 ** 32, true);
    this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
  }

  /** A u8 with the length, and that many characters of ASCII: at most 255. */
  shortText(text: string): void {
    const { length } = text;
    const at = this.#take(1 + length);
    this.#bytes[at] = length;
    for (let i = 0; i < length; i += 1) this.#bytes[at + 1 + i] = text.charCodeAt(i);
  }

  /** A u8 with the kind, a u32 with the length, and the bytes: in one step, because commands are frequent. */
  block(kind: number, value: Uint8Array): void {
    const at = this.#take(5 + value.length);
    this.#view.setUint8(at, kind);
    this.#view.setUint32(at + 1, value.length, true);
    this.#bytes.set(value, at + 5);
  }

  /** Overwrites an earlier u32, which began at `position`. */
  u32At(position: number, value: number): void {
    this.#view.setUint32(position, value, true);
  }

  /** The reserved space and everything written after it. Valid until the next write, which starts again. */
  take(): Buffer {
    const batch = this.#bytes.subarray(0, this.#at);
    const isUsed = this.#at > this.#bytes.length / 4;
    this.#at = this.#roomBytes;
    // A rare large batch must not keep its memory forever. While all batches are large, none gets new memory.
    if (this.#bytes.length > MOST_KEPT_BYTES || (this.#bytes.length > KEPT_BYTES && !isUsed))
      this.#allocate(LEAST_BYTES);
    return batch;
  }

  #take(count: number): number {
    const at = this.#at;
    const end = at + count;
    if (end > this.#bytes.length) this.#grow(end);
    this.#at = end;
    return at;
  }

  #grow(needed: number): void {
    const most = BATCH_HEADER_BYTES + MAX_BATCH_BYTES;
    assert(needed <= most, "a turn writes no more than fits in a batch");
    const old = this.#bytes;
    this.#allocate(Math.min(most, Math.max(needed, 2 * old.length)));
    this.#bytes.set(old.subarray(0, this.#at));
  }

  #allocate(length: number): void {
    this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
