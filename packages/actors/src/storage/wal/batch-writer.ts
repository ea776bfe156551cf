import type { Buffer } from "#platform";
import { RecordWriter } from "./record-writer.ts";
import { BATCH_HEADER_BYTES, sealBatch, type BatchEnd, type Place } from "./wal-format.ts";
import { encodeState, STATE_BYTES_MAX, type NewStateRecord } from "./wal-records.ts";

const ROOM_BYTES = BATCH_HEADER_BYTES + STATE_BYTES_MAX;

/**
 * Collects one batch after another. Log records are written as the turn makes them; the state record before them is
 * known only at the end of the turn, and goes into space reserved for the longest one.
 */
export class BatchWriter {
  /** Receives the log records. */
  readonly records = new RecordWriter(ROOM_BYTES);
  readonly #state = new RecordWriter(0);

  /** An upper bound of the size of the collected batch, in bytes. */
  get size(): number {
    return this.records.position;
  }

  /**
   * Returns the batch of everything written since the last one, possibly only the state. Its bytes are valid until the
   * next write.
   */
  seal(state: NewStateRecord, place: Place): { readonly bytes: Buffer; readonly end: BatchEnd } {
    encodeState(this.#state, state);
    const head = this.#state.take();
    const gathered = this.records.take();
    const headAt = ROOM_BYTES - head.length;
    head.copy(gathered, headAt);
    const bytes = gathered.subarray(headAt - BATCH_HEADER_BYTES);
    return { bytes, end: sealBatch(bytes, place) };
  }
}
