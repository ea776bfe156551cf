const SIZE_START = 256;

/** Writes the primitives of the wire; see {@link WireReader}. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(SIZE_START);
  #length = 0;

  word64(value: bigint): void {
    const at = this.#room(8);
    this.#bytes.writeBigUInt64LE(value, at);
  }

  int(value: bigint): void {
    const at = this.#room(8);
    this.#bytes.writeBigInt64BE(value, at);
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#bytes.writeUInt8(value, at);
  }

  text(value: string): void {
    this.int(BigInt(value.length));
    const at = this.#room(value.length);
    this.#bytes.write(value, at, "latin1");
  }

  /** A copy of all written bytes. */
  take(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }

  #room(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * this.#length);
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}
