/** How many buffers of one limit are kept: the segments of a log are removed several at a time. */
const KEPT_MAX = 4;

/**
 * The buffers of removed files, kept for new files with the same limit.
 *
 * A shared buffer is freed only when every thread that has seen it collects its garbage, and buffers are not what makes a
 * thread collect: those of a hundred old snapshots would stay in memory. Used again, a disk needs as many buffers as it
 * has had files at one time.
 */
export class SpareBuffers {
  readonly #spare = new Map<number, SharedArrayBuffer[]>();

  /** A buffer with this limit, if there is one. It has the bytes of its last file. */
  take(maxByteLength: number): SharedArrayBuffer | undefined {
    return this.#spare.get(maxByteLength)?.pop();
  }

  /** Keeps the buffer of a file that nothing uses any more. */
  give(buffer: SharedArrayBuffer): void {
    const { maxByteLength } = buffer;
    const kept = this.#spare.get(maxByteLength) ?? [];
    this.#spare.set(maxByteLength, kept);
    if (kept.length < KEPT_MAX) kept.push(buffer);
  }
}
