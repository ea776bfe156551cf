import type { Bell } from "./bell.ts";
import {
  FRAME_BYTES,
  isCut,
  laneMemory,
  padded,
  READ,
  SKIP,
  WANTS_ROOM,
  WRITTEN,
  type Frame,
  type LaneMemory,
} from "./lane.ts";

/** A frame of which a part has arrived. */
type Part = { readonly tag: number; readonly body: Uint8Array<ArrayBuffer>; got: number };

const NOTHING = new Uint8Array(0);

/** The reader's end of a lane. What it returns is copied out of the shared memory. */
export class LaneReader {
  readonly #lane: LaneMemory;
  readonly #bell: Bell;
  #part: Part | undefined;
  #read: number;
  /** The writer's count when it was last looked at. */
  #written: number;

  /** @param bell of the writer's thread, which is rung when it waits for room. */
  constructor(shared: SharedArrayBuffer, bell: Bell) {
    this.#lane = laneMemory(shared);
    this.#bell = bell;
    this.#read = Atomics.load(this.#lane.cells, READ) >>> 0;
    this.#written = this.#read;
  }

  /** Whether the lane was cut: nothing new arrives once it is empty. */
  get isCut(): boolean {
    return isCut(this.#lane);
  }

  /** Whether there is nothing to read now. */
  get isEmpty(): boolean {
    return this.#read === Atomics.load(this.#lane.cells, WRITTEN) >>> 0;
  }

  /** The next frame; undefined until all of it has arrived. */
  read(): Frame | undefined {
    while (this.#look() > 0) {
      const frame = this.#part === undefined ? this.#readNext() : this.#readMore(this.#part);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  /** The bytes that can be read. The writer's count is looked at again only when there are none. */
  #look(): number {
    if (this.#written === this.#read) this.#written = Atomics.load(this.#lane.cells, WRITTEN) >>> 0;
    return (this.#written - this.#read) >>> 0;
  }

  #readNext(): Frame | undefined {
    const { words, size } = this.#lane;
    const at = this.#read & (size - 1);
    const length = words[at / 4] ?? 0;
    if (length === SKIP) {
      this.#advance(size - at);
      return undefined;
    }
    const tag = words[at / 4 + 1] ?? 0;
    const needed = FRAME_BYTES + padded(length);
    if (this.#look() < needed) {
      this.#part = { tag, body: new Uint8Array(length), got: 0 };
      this.#advance(FRAME_BYTES);
      return undefined;
    }
    const { kind, padding, metaLength } = partsOf(tag);
    const content = length - metaLength;
    const bytes = this.#copy(FRAME_BYTES, content - padding);
    const meta = metaLength === 0 ? NOTHING : this.#copy(FRAME_BYTES + content, metaLength);
    this.#advance(needed);
    return { kind, meta, bytes };
  }

  #readMore(part: Part): Frame | undefined {
    const { tag, body } = part;
    const left = body.length - part.got;
    const now = Math.min(this.#look(), padded(left));
    this.#fill(body.subarray(part.got, part.got + now), 0);
    part.got += now;
    this.#advance(now);
    if (part.got < body.length) return undefined;
    this.#part = undefined;
    const { kind, padding, metaLength } = partsOf(tag);
    const content = body.length - metaLength;
    return {
      kind,
      meta: body.subarray(content),
      bytes: body.subarray(0, content - padding),
    };
  }

  /** A copy of that many bytes from there on: by one call where they are in one piece, which takes half as long. */
  #copy(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const { size, bytes } = this.#lane;
    const at = (this.#read + offset) & (size - 1);
    if (length <= size - at) return bytes.slice(at, at + length);
    return this.#fill(new Uint8Array(length), offset);
  }

  /** Fills `target` with the bytes from there on. */
  #fill<T extends Uint8Array>(target: T, offset: number): T {
    if (target.length === 0) return target;
    const { size, bytes } = this.#lane;
    const at = (this.#read + offset) & (size - 1);
    const toEnd = size - at;
    if (target.length <= toEnd) target.set(bytes.subarray(at, at + target.length));
    else {
      target.set(bytes.subarray(at));
      target.set(bytes.subarray(0, target.length - toEnd), toEnd);
    }
    return target;
  }

  #advance(count: number): void {
    const { cells, size } = this.#lane;
    this.#read = (this.#read + count) >>> 0;
    Atomics.store(cells, READ, this.#read | 0);
    if (Atomics.load(cells, WANTS_ROOM) === 0) return;
    // With little room the writer would be woken for each frame. An empty lane always wakes it.
    const filled = (Atomics.load(cells, WRITTEN) - this.#read) >>> 0;
    if (filled > size / 2) return;
    Atomics.store(cells, WANTS_ROOM, 0);
    this.#bell.ring();
  }
}

function partsOf(tag: number): {
  readonly kind: number;
  readonly padding: number;
  readonly metaLength: number;
} {
  return { kind: tag & 0xff, padding: (tag >>> 8) & 0xff, metaLength: tag >>> 16 };
}
