/** Bytes that are not a datagram. The message has the position and the reason. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/**
 * Reads the primitives of the wire one after the other. Indexes and terms are little-endian, everything else is big-endian:
 * the original has its own instances for the former.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** An index or a term. */
  word64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8));
  }

  /** A length, a count, or the number of a value. */
  int(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  tag(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  bool(): boolean {
    const byte = this.#bytes.readUInt8(this.#take(1));
    if (byte > 1) throw this.error(`${byte} is no truth value`);
    return byte === 1;
  }

  /** A byte string. The original reads a negative length as an empty one. */
  text(): string {
    const length = this.int();
    if (length <= 0n) return "";
    const from = this.#take(length);
    return this.#bytes.toString("latin1", from, this.#at);
  }

  error(what: string): WireError {
    return new WireError(`at ${this.#at}: ${what}`);
  }

  #take(length: number | bigint): number {
    const from = this.#at;
    if (length > this.#bytes.length - from) throw this.error("not enough bytes");
    this.#at = from + Number(length);
    return from;
  }
}
