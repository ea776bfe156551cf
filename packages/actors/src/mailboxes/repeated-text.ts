import { Buffer } from "node:buffer";

/**
 * Texts beside letters, which name a sender or a receiver: nearly always the same as the time before. So the last one is
 * remembered, and a letter costs no encoding or decoding of it.
 *
 * @module
 */

/** Longer texts, such as the cause of an end, are rare. */
const REMEMBERED_BYTES_MAX = 128;

let [writtenText, written] = ["", new Uint8Array(0)];
let [readText, read] = ["", new Uint8Array(0)];

/** A text in UTF-8, not to be changed. */
export function textBytes(text: string): Uint8Array {
  if (text !== writtenText) [writtenText, written] = [text, new Uint8Array(Buffer.from(text))];
  return written;
}

/** The text that bytes of UTF-8 are. */
export function textOf(bytes: Uint8Array): string {
  if (isSame(bytes, read)) return readText;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  if (bytes.length <= REMEMBERED_BYTES_MAX) [readText, read] = [text, bytes.slice()];
  return text;
}

function isSame(bytes: Uint8Array, others: Uint8Array): boolean {
  const { length } = bytes;
  if (length !== others.length) return false;
  for (let at = 0; at < length; at += 1) if (bytes[at] !== others[at]) return false;
  return true;
}
