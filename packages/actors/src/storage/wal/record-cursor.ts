import type { Buffer } from "#platform";

/** A batch whose checksum matches contains something that this program never writes. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/**
 * Reads the body of a batch forward; all numbers are little-endian.
 *
 * Every call throws a `RecordError` rather than read past the end.
 */
export class RecordCursor {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get rest(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  u64(): number {
    const value = Number(this.#bytes.readBigUInt64LE(this.#take(8)));
    if (!Number.isSafeInteger(value)) throw new RecordError("it contains a number above 2^53");
    return value;
  }

  text(length: number): string {
    const at = this.#take(length);
    return this.#bytes.toString("latin1", at, at + length);
  }

  /** A plain view rather than a Buffer: it costs half as much, and the layers above expect it. */
  view(length: number): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#take(length), length);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw new RecordError("it ends in the middle of a record");
    this.#at = at + length;
    return at;
  }
}
