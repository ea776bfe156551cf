import { RecordWriter } from "./record-writer.ts";
import { BATCH_HEADER_BYTES, sealBatch, type BatchEnd, type Place } from "./wal-format.ts";
import { encodeState, STATE_BYTES_MAX, type StateRecord } from "./wal-records.ts";

const ROOM_BYTES = BATCH_HEADER_BYTES + STATE_BYTES_MAX;

/**
 * Gathers one batch after the other. What a turn does to the log is written as it comes; the state record before it is
 * known only at the end of the turn, and goes into room that was left for the longest.
 */
export class BatchWriter {
  /** Takes what is done to the log. */
  readonly records = new RecordWriter(ROOM_BYTES);
  readonly #state = new RecordWriter(0);

  /** The most bytes of the batch that has gathered. */
  get size(): number {
    return this.records.position;
  }

  /**
   * The batch of all that was written since the last one, which may be nothing but the state. Its bytes are valid until
   * the next write.
   */
  seal(state: StateRecord, place: Place): { readonly bytes: Buffer; readonly end: BatchEnd } {
    encodeState(this.#state, state);
    const head = this.#state.take();
    const gathered = this.records.take();
    const headAt = ROOM_BYTES - head.length;
    head.copy(gathered, headAt);
    const bytes = gathered.subarray(headAt - BATCH_HEADER_BYTES);
    return { bytes, end: sealBatch(bytes, place) };
  }
}
