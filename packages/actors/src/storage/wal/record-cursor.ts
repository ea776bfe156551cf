/** A batch whose checksum holds says something that no log of ours says. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/**
 * Reads the body of a batch forward, all numbers little-endian.
 *
 * Every call throws a `RecordError` rather than read beyond the end.
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
    if (!Number.isSafeInteger(value)) throw new RecordError("it holds a number over 2^53");
    return value;
  }

  text(length: number): string {
    const at = this.#take(length);
    return this.#bytes.toString("latin1", at, at + length);
  }

  /** A plain view rather than a Buffer: half the cost, and what the layers above expect. */
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
