import { assert } from "@kontiki/core";

/**
 * A lane: a ring of bytes in shared memory with one writer and one reader, each in its own thread.
 *
 * It carries frames: a header of 8 bytes, the content, and the meta, each padded to a multiple of 8, because copying to
 * and from shared memory is thirty times slower at other places. A frame is published by one
 * store of the count of written bytes, after its bytes; one that does not fit travels in parts, each published in the
 * same way. So a writer that is killed at any instruction leaves a frame that is whole or that is never delivered.
 *
 * Both counts run on over the end of the ring, modulo 2^32, which its size divides.
 */

/** Cells of the lane: bytes written, bytes read. Each has a cache line to itself, as each is written by one thread only. */
export const WRITTEN = 0;
export const READ = 16;
/** 1 while the writer has frames that wait for room: the reader then rings when there is some. */
export const WANTS_ROOM = 32;
/** 1 from when the supervisor has cut the lane. */
const CUT = 33;

const HEAD_BYTES = 192;

/** The bytes of a frame's header: its length, and a tag. */
export const FRAME_BYTES = 8;

/** In place of a length: the rest of the ring is unused, and the next frame is at its start. */
export const SKIP = 0xffff_ffff;

/** The most bytes of a frame. */
export const FRAME_BYTES_MAX = 2 ** 31 - 1;

/** The parts of a lane's memory. */
export type LaneMemory = {
  readonly cells: Int32Array;
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  readonly size: number;
};

/** One message in a lane. `kind` and the short `meta` tell what `bytes` are: their meaning is the users'. */
export type Frame = {
  readonly kind: number;
  readonly meta: Uint8Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** Makes the memory of a lane. @param size bytes of its ring, a power of two. Memory is used only as far as it is written. */
export function newLane(size: number): SharedArrayBuffer {
  assert(size >= 64 && (size & (size - 1)) === 0, "the size of a ring is a power of two");
  return new SharedArrayBuffer(HEAD_BYTES + size);
}

/** The memory of a lane, as a thread uses it. */
export function laneMemory(shared: SharedArrayBuffer): LaneMemory {
  return {
    cells: new Int32Array(shared, 0, HEAD_BYTES / 4),
    words: new Uint32Array(shared, HEAD_BYTES),
    bytes: new Uint8Array(shared, HEAD_BYTES),
    size: shared.byteLength - HEAD_BYTES,
  };
}

/** Cuts a lane: its writer must write no more. What is in it can still be read. */
export function cutLane(shared: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(shared), CUT, 1);
}

/** Whether the lane was cut. */
export function isCut({ cells }: LaneMemory): boolean {
  return Atomics.load(cells, CUT) === 1;
}

/** A length rounded up to where the next part of a frame can begin. */
export function padded(length: number): number {
  return (length + 7) & ~7;
}
