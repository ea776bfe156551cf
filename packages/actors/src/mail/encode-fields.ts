import { assert } from "@kontiki/core";
import { MsgpackWriter } from "../bytes/msgpack-writer.ts";
import { Frames } from "./frames.ts";
import type { Fields } from "./wire-fields.ts";

const writer = new MsgpackWriter();

/**
 * Encodes fields as msgpack in a shared buffer that must never be transferred. A field is a number, a text, a byte string,
 * frames, a boolean, null, undefined, or an array of these. Frames are copied once: a general encoder would need them in one
 * byte string, and copy that as often as its buffer grows.
 */
export function encodeFields(fields: Fields): Uint8Array<ArrayBuffer> {
  writer.begin(0);
  let done = false;
  try {
    writeField(fields);
    done = true;
  } finally {
    if (!done) writer.abandon();
  }
  const { buffer, byteOffset, length } = writer.end();
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

function writeField(field: unknown): void {
  switch (typeof field) {
    case "number":
      return writer.number(field);
    case "boolean":
      return writer.boolean(field);
    case "string":
      return assert(writer.text(field), "the texts of mail are well-formed");
    case "undefined":
      return writer.undefined();
    default:
      return field === null ? writer.nothing() : writeParts(field);
  }
}

function writeParts(field: unknown): void {
  if (field instanceof Frames) return field.write(writer);
  if (field instanceof Uint8Array) return writer.bytes(field);
  assert(Array.isArray(field), "mail is made of numbers, texts, byte strings and arrays");
  writer.list(field.length);
  for (const part of field) writeField(part);
}
