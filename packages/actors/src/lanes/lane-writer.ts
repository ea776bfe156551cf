import { assert } from "@kontiki/core";
import type { Bell } from "./bell.ts";
import {
  FRAME_BYTES,
  FRAME_BYTES_MAX,
  isCut,
  laneMemory,
  padded,
  READ,
  SKIP,
  WANTS_ROOM,
  WRITTEN,
  type LaneMemory,
} from "./lane.ts";

/** Beyond this many bytes of an empty ring its writer begins again at the start, so that the processor's caches hold it. */
const WARM_BYTES = 128 * 1024;

const NOTHING = new Uint8Array(0);

/** A frame that waits for room, and how much of its body was written; -1 before its header. */
type Waiting = { readonly tag: number; readonly body: Uint8Array; sent: number };

/**
 * The writer's end of a lane. What does not fit waits in the writer's own memory, in order, until the reader has made
 * room. The writer never blocks; its owner bounds what may wait.
 */
export class LaneWriter {
  readonly #lane: LaneMemory;
  readonly #bell: Bell;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #written: number;
  /** The reader's count when it was last looked at. */
  #read: number;
  #isRung = true;
  /** Whether something was written since the last ring that the reader is to be woken for, even if it dozes. */
  #isUrgent = false;

  /** @param bell of the reader's thread. */
  constructor(shared: SharedArrayBuffer, bell: Bell) {
    this.#lane = laneMemory(shared);
    this.#bell = bell;
    this.#written = Atomics.load(this.#lane.cells, WRITTEN) >>> 0;
    this.#read = this.#written;
  }

  /** Whether the lane was cut: nothing that is written from then on arrives. */
  get isCut(): boolean {
    return isCut(this.#lane);
  }

  /** The frames that wait for room, and their bytes. */
  get waiting(): { readonly letters: number; readonly bytes: number } {
    return { letters: this.#waiting.length, bytes: this.#waitingBytes };
  }

  /** Whether frames wait although there is room for them. */
  get canContinue(): boolean {
    return this.#waiting.length > 0 && this.#room(FRAME_BYTES) >= FRAME_BYTES;
  }

  /**
   * Writes a frame, or lets it wait. `kind` is 0 to 255, and `meta` is short. The reader learns of it by {@link ring}; one
   * that dozes need not be woken for a frame that is not urgent.
   */
  write(kind: number, bytes: Uint8Array, meta: Uint8Array = NOTHING, isUrgent = true): void {
    this.#isUrgent ||= isUrgent;
    const length = padded(bytes.length) + meta.length;
    assert(length <= FRAME_BYTES_MAX && meta.length < 2 ** 16, "a frame has a bounded length");
    // The reader takes what is left of the length without the meta and the padding.
    const tag = (kind | ((length - meta.length - bytes.length) << 8) | (meta.length << 16)) >>> 0;
    if (this.#waiting.length === 0 && this.#writeWhole(tag, meta, bytes)) return;
    const body = joined(meta, bytes);
    this.#waiting.push({ tag, body, sent: -1 });
    this.#waitingBytes += body.length;
    this.continue();
  }

  /** Wakes the reader, if something was written since the last call. */
  ring(): void {
    if (this.#isRung) return;
    const isUrgent = this.#isUrgent;
    [this.#isRung, this.#isUrgent] = [true, false];
    this.#bell.ring(isUrgent);
  }

  /** Writes what waits, as far as there is room. */
  continue(): void {
    this.#isUrgent ||= this.#waiting.length > 0;
    this.#writeWaiting();
    // The reader may have made room before it could see the request, or have granted it before this look at the lane: the
    // request remains only if there was still no room after it.
    for (let written = -1; this.#waiting.length > 0 && written !== this.#written;) {
      written = this.#written;
      Atomics.store(this.#lane.cells, WANTS_ROOM, 1);
      this.#writeWaiting();
    }
  }

  #writeWaiting(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#writePart(first)) return;
      this.#waiting.shift();
      this.#waitingBytes -= first.body.length;
    }
  }

  #writeWhole(tag: number, meta: Uint8Array, bytes: Uint8Array): boolean {
    const content = padded(bytes.length);
    const length = content + meta.length;
    const needed = FRAME_BYTES + padded(length);
    this.#rewind();
    if (this.#room(needed) < needed) return false;
    this.#putHeader(length, tag);
    this.#put(FRAME_BYTES, bytes);
    this.#put(FRAME_BYTES + content, meta);
    this.#publish(needed);
    return true;
  }

  /** Returns whether the frame is written to its end. */
  #writePart(frame: Waiting): boolean {
    const { tag, body } = frame;
    if (frame.sent < 0) {
      if (this.#room(FRAME_BYTES) < FRAME_BYTES) return false;
      this.#putHeader(body.length, tag);
      this.#publish(FRAME_BYTES);
      frame.sent = 0;
    }
    const left = body.length - frame.sent;
    const now = Math.min(this.#room(padded(left)), padded(left));
    if (now > 0) {
      this.#put(0, body.subarray(frame.sent, frame.sent + now));
      this.#publish(now);
      frame.sent += now;
    }
    return frame.sent >= body.length;
  }

  /** The free bytes, a multiple of 8. The reader's count is looked at again only if they are fewer than `needed`. */
  #room(needed: number): number {
    const room = this.#lane.size - ((this.#written - this.#read) >>> 0);
    if (room >= needed) return room;
    this.#read = Atomics.load(this.#lane.cells, READ) >>> 0;
    return this.#lane.size - ((this.#written - this.#read) >>> 0);
  }

  /** Leaves the rest of the ring unused if all that was written is read. */
  #rewind(): void {
    const { size, words, cells } = this.#lane;
    const at = this.#written & (size - 1);
    if (at < WARM_BYTES || this.#written !== Atomics.load(cells, READ) >>> 0) return;
    words[at / 4] = SKIP;
    this.#read = this.#written;
    this.#publish(size - at);
  }

  #putHeader(length: number, tag: number): void {
    const { size, words } = this.#lane;
    const at = (this.#written & (size - 1)) / 4;
    words[at] = length;
    words[at + 1] = tag;
  }

  #put(offset: number, part: Uint8Array): void {
    if (part.length === 0) return;
    const { size, bytes } = this.#lane;
    const at = (this.#written + offset) & (size - 1);
    const toEnd = size - at;
    if (part.length <= toEnd) return bytes.set(part, at);
    bytes.set(part.subarray(0, toEnd), at);
    bytes.set(part.subarray(toEnd), 0);
  }

  #publish(count: number): void {
    this.#written = (this.#written + count) >>> 0;
    Atomics.store(this.#lane.cells, WRITTEN, this.#written | 0);
    this.#isRung = false;
  }
}

function joined(meta: Uint8Array, bytes: Uint8Array): Uint8Array {
  const content = padded(bytes.length);
  const body = new Uint8Array(content + meta.length);
  body.set(bytes);
  body.set(meta, content);
  return body;
}
