/// <reference lib="es2024.string" />
import { Buffer } from "#platform";
import { setUint32 } from "./big-endian.ts";
import { EXTENSION } from "./extensions.ts";
import { giveBack, lendBuffer } from "./large-buffers.ts";
import { LENGTH_BYTES, type Slice } from "./slice.ts";

/** Size of the buffers that are filled one after another. */
const SHARED_BYTES = 64 * 1024;

/** The space that a value finds at least when it begins in a shared buffer. */
const START_BYTES = 2048;

/** Text up to this many code units is encoded here: for short text that is faster than a call into Node. */
const SHORT_TEXT = 64;

/** Of text from this many code units on, the bytes are counted before space is taken for them. */
const LARGE_TEXT = 4096;

/** A decoder takes this code point for a byte order mark when it begins a text, and drops it. */
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Writes msgpack into shared buffers, and copies nothing. It writes what `msgpackr` writes, except for what that does not
 * preserve: negative zero, text that begins with U+FEFF, objects with more than 65,535 keys. NaN has one encoding.
 */
export class MsgpackWriter {
  #shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
  /** Where the next value begins in the shared buffer while one that did not fit is in a buffer of its own. */
  #sharedAt = 0;
  #bytes = this.#shared;
  #view = viewOf(this.#bytes);
  #start = 0;
  #at = 0;

  /** Begins a value, after `room` bytes with undefined contents. */
  begin(room: number): void {
    this.#find(room);
    // Aligned bytes are copied faster.
    this.#start = (this.#at + 7) & ~7;
    this.#at = this.#start + room;
  }

  /** Begins a value that {@link endSlice} ends, right after the one before it: many are copied as one. */
  beginSlice(): void {
    this.#find(LENGTH_BYTES);
    this.#start = this.#at;
    this.#at += LENGTH_BYTES;
  }

  /** Everything since {@link begin}. */
  end(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#at);
  }

  /** The value since {@link beginSlice}. */
  endSlice(): Slice {
    const from = this.#start + LENGTH_BYTES;
    setUint32(this.#bytes, this.#start, this.#at - from);
    return { bytes: this.#bytes, from, to: this.#at };
  }

  /** Forgets everything since {@link begin}. */
  abandon(): void {
    this.#at = this.#start;
  }

  nothing(): undefined {
    this.#reserve(1);
    this.#bytes[this.#at++] = 0xc0;
  }

  /** Undefined, in the encoding that `msgpackr` reads as such. */
  undefined(): undefined {
    this.#reserve(3);
    this.#bytes[this.#at++] = 0xd4;
    this.#bytes[this.#at++] = 0;
    this.#bytes[this.#at++] = 0;
  }

  boolean(value: boolean): undefined {
    this.#reserve(1);
    this.#bytes[this.#at++] = value ? 0xc3 : 0xc2;
  }

  number(value: number): undefined {
    this.#reserve(9);
    if (value >>> 0 === value) {
      if (value === 0 && 1 / value < 0) this.#double(value);
      else this.#unsigned(value);
    } else if (value >> 0 === value) this.#negative(value);
    // The bits of a NaN depend on how it was computed: this NaN always has the same.
    else this.#double(Number.isNaN(value) ? NaN : value);
  }

  /** The header of a list, before its elements. */
  list(length: number): void {
    if (length < 0x10) {
      this.#reserve(1);
      this.#bytes[this.#at++] = 0x90 | length;
    } else this.#header(length, 0xdc, 0xdd);
  }

  /** The header of a record, before its keys and values. */
  record(keys: number): void {
    this.#header(keys, 0xde, 0xdf);
  }

  /** The header of a value that `codec.ts` converts after decoding. */
  extension(type: number): void {
    this.#reserve(3);
    this.#bytes[this.#at++] = 0xd4;
    this.#bytes[this.#at++] = type;
    this.#bytes[this.#at++] = 0;
  }

  bytes(value: Uint8Array): undefined {
    const { length } = value;
    this.#bytesHeader(length);
    this.#reserve(length);
    this.#bytes.set(value, this.#at);
    this.#at += length;
  }

  /** A byte string made of others, each after its length as a big-endian u32. Of an undefined one there is only `absent`. */
  block(parts: readonly (Uint8Array | undefined)[], absent: number): void {
    let size = 0;
    for (const part of parts) size += LENGTH_BYTES + (part?.length ?? 0);
    this.#bytesHeader(size);
    this.#reserve(size);
    for (const part of parts) {
      setUint32(this.#bytes, this.#at, part?.length ?? absent);
      this.#at += LENGTH_BYTES;
      if (part === undefined) continue;
      this.#bytes.set(part, this.#at);
      this.#at += part.length;
    }
  }

  /** Writes a text. Returns false, and writes nothing useful, if it has a lone surrogate. */
  text(value: string): boolean {
    const { length } = value;
    if (length > 0 && value.charCodeAt(0) === BYTE_ORDER_MARK) return this.#marked(value);
    return length < SHORT_TEXT ? this.#shortText(value) : this.#longText(value);
  }

  #marked(value: string): boolean {
    if (!value.isWellFormed()) return false;
    this.extension(EXTENSION.markedText);
    this.bytes(Buffer.from(value, "utf8"));
    return true;
  }

  #shortText(value: string): boolean {
    const { length } = value;
    this.#reserve(3 * length + 3);
    const bytes = this.#bytes;
    const from = this.#at + (length < 0x20 ? 1 : 2);
    let at = from;
    for (let i = 0; i < length; i += 1) {
      const unit = value.charCodeAt(i);
      if (unit < 0x80) bytes[at++] = unit;
      else if (unit < 0x800) {
        bytes[at++] = (unit >> 6) | 0xc0;
        bytes[at++] = (unit & 0x3f) | 0x80;
      } else if ((unit & 0xf800) !== 0xd800) {
        bytes[at++] = (unit >> 12) | 0xe0;
        bytes[at++] = ((unit >> 6) & 0x3f) | 0x80;
        bytes[at++] = (unit & 0x3f) | 0x80;
      } else {
        const point = value.codePointAt(i) ?? unit;
        if (point < 0x1_0000) return false;
        i += 1;
        bytes[at++] = (point >> 18) | 0xf0;
        bytes[at++] = ((point >> 12) & 0x3f) | 0x80;
        bytes[at++] = ((point >> 6) & 0x3f) | 0x80;
        bytes[at++] = (point & 0x3f) | 0x80;
      }
    }
    this.#endText(from, at - from);
    return true;
  }

  #longText(value: string): boolean {
    if (!value.isWellFormed()) return false;
    const { length } = value;
    // Three bytes for each unit are more than most texts need: those of a large one would be memory that is not used.
    this.#reserve(5 + (length < LARGE_TEXT ? 3 * length : Buffer.byteLength(value)));
    const from = this.#at + (length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 5);
    this.#endText(from, this.#bytes.write(value, from, "utf8"));
    return true;
  }

  /** Writes the header of a text whose bytes were written where they belong if they are as many as its code units. */
  #endText(from: number, length: number): void {
    const bytes = this.#bytes;
    const at = this.#at;
    const size = length < 0x20 ? 1 : length < 0x100 ? 2 : length < 0x1_0000 ? 3 : 5;
    if (at + size !== from) bytes.copyWithin(at + size, from, from + length);
    if (size === 1) bytes[at] = 0xa0 | length;
    else if (size === 2) {
      bytes[at] = 0xd9;
      bytes[at + 1] = length;
    } else if (size === 3) {
      bytes[at] = 0xda;
      bytes[at + 1] = length >> 8;
      bytes[at + 2] = length;
    } else {
      bytes[at] = 0xdb;
      setUint32(bytes, at + 1, length);
    }
    this.#at = at + size + length;
  }

  #unsigned(value: number): void {
    const bytes = this.#bytes;
    if (value < 0x80) bytes[this.#at++] = value;
    else if (value < 0x100) {
      bytes[this.#at++] = 0xcc;
      bytes[this.#at++] = value;
    } else if (value < 0x1_0000) {
      bytes[this.#at++] = 0xcd;
      bytes[this.#at++] = value >> 8;
      bytes[this.#at++] = value;
    } else {
      bytes[this.#at++] = 0xce;
      setUint32(bytes, this.#at, value);
      this.#at += 4;
    }
  }

  #negative(value: number): void {
    const bytes = this.#bytes;
    if (value >= -0x20) bytes[this.#at++] = value;
    else if (value >= -0x80) {
      bytes[this.#at++] = 0xd0;
      bytes[this.#at++] = value;
    } else if (value >= -0x8000) {
      bytes[this.#at++] = 0xd1;
      bytes[this.#at++] = value >> 8;
      bytes[this.#at++] = value;
    } else {
      bytes[this.#at++] = 0xd2;
      setUint32(bytes, this.#at, value);
      this.#at += 4;
    }
  }

  #double(value: number): void {
    this.#bytes[this.#at++] = 0xcb;
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  #bytesHeader(length: number): void {
    if (length >= 0x100) return this.#header(length, 0xc5, 0xc6);
    this.#reserve(2);
    this.#bytes[this.#at++] = 0xc4;
    this.#bytes[this.#at++] = length;
  }

  #header(length: number, short: number, long: number): void {
    this.#reserve(5);
    const bytes = this.#bytes;
    if (length < 0x1_0000) {
      bytes[this.#at++] = short;
      bytes[this.#at++] = length >> 8;
      bytes[this.#at++] = length;
    } else {
      bytes[this.#at++] = long;
      setUint32(bytes, this.#at, length);
      this.#at += 4;
    }
  }

  /** Takes another shared buffer when the present one is nearly full. */
  #find(room: number): void {
    if (this.#bytes !== this.#shared) {
      this.#use(this.#shared);
      this.#at = this.#sharedAt;
    }
    if (this.#bytes.length - this.#at >= START_BYTES + room) return;
    this.#shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
    this.#use(this.#shared);
    this.#at = 0;
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  /** Makes space for `count` bytes: moves the value to a larger buffer of its own when they do not fit. */
  #reserve(count: number): void {
    if (this.#at + count > this.#bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const length = this.#at - this.#start;
    // What is large is often the last of what it is in, so space for as much again is not taken for it.
    const size = length + count + Math.max(length, START_BYTES);
    const isLarge = size > SHARED_BYTES;
    const larger = isLarge ? lendBuffer(size) : Buffer.allocUnsafeSlow(SHARED_BYTES);
    larger.set(this.#bytes.subarray(this.#start, this.#at));
    if (this.#bytes !== this.#shared) giveBack(this.#bytes);
    else if (isLarge) this.#sharedAt = this.#start;
    if (!isLarge) this.#shared = larger;
    this.#use(larger);
    this.#start = 0;
    this.#at = length;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
