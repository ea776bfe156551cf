import type { Buffer } from "#platform";
import type { Index, Term } from "@kontiki/core";

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
  /** What it reads, and more. */
  readonly bytes: Buffer;
  /** Numbers are read by it: a start reads ten of them for each batch. */
  readonly #view: DataView;
  #at: number;
  #end: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
  }

  /** Goes on with other bytes of the same buffer. */
  move(at: number, end: number): void {
    this.#at = at;
    this.#end = end;
  }

  get rest(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): number {
    const at = this.#take(8);
    const high = this.#view.getUint32(at + 4, true);
    const value = this.#view.getUint32(at, true) + high * 2 ** 32;
    if (!Number.isSafeInteger(value)) throw new RecordError("it contains a number above 2^53");
    return value;
  }

  /** Any number that {@link u64} reads is one. */
  index(): Index {
    return this.u64() as Index;
  }

  /** The same. */
  term(): Term {
    return this.u64() as Term;
  }

  text(length: number): string {
    const at = this.#take(length);
    return this.bytes.toString("latin1", at, at + length);
  }

  /** A plain view rather than a Buffer: it costs half as much, and the layers above expect it. */
  view(length: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + this.#take(length), length);
  }

  /** Passes so many bytes. Returns where they begin. */
  skip(length: number): number {
    return this.#take(length);
  }

  /** Whether the next bytes are this ASCII text. Takes them only if they are. */
  takes(text: string): boolean {
    if (text.length > this.#end - this.#at) return false;
    for (let i = 0; i < text.length; i += 1)
      if (this.bytes[this.#at + i] !== text.charCodeAt(i)) return false;
    this.#at += text.length;
    return true;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw new RecordError("it ends in the middle of a record");
    this.#at = at + length;
    return at;
  }
}
