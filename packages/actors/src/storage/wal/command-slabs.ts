import { Buffer } from "#platform";

/** The size of the buffers that commands are copied into; a command of a quarter or more gets its own. */
const SLAB_BYTES = 64 * 1024;

/**
 * Takes copies of commands, several to a buffer, in the order of the log.
 *
 * A view keeps the whole buffer of its command in memory for as long as its entry is in the log. The segments that commands
 * are read from are large, so the few entries that are left of one after a compaction would keep many times their own bytes.
 */
export class CommandSlabs {
  #slab = new Uint8Array() as Uint8Array<ArrayBufferLike>;
  #at = 0;

  /**
   * A copy of the command that is at `from` in `bytes`.
   *
   * @param most how many bytes of commands may follow from there on: no buffer is larger.
   */
  copy(bytes: Uint8Array, from: number, length: number, most = bytes.length - from): Uint8Array {
    const command = this.#room(most, length);
    command.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, length));
    return command;
  }

  #room(most: number, length: number): Uint8Array {
    if (length >= SLAB_BYTES / 4) return new Uint8Array(length);
    if (this.#at + length > this.#slab.length) {
      // Not filled with zeros: only what is written to it is ever seen.
      this.#slab = Buffer.allocUnsafeSlow(Math.min(SLAB_BYTES, most));
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += length;
    return new Uint8Array(this.#slab.buffer, at, length);
  }
}
