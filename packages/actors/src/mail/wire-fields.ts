import { index, isNodeId, term, type Index, type NodeId, type Term } from "@kontiki/core";

/**
 * Shared by all wire formats: a value is an array of fields, and each field is checked when it is decoded.
 *
 * @module
 */

/** Invalid bytes. The receiver drops and counts them. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** What msgpack decodes an array to. */
export type Fields = readonly unknown[];

/** Checks that a value is an array. @throws WireError that names `what`. */
export function fieldsOf(wire: unknown, what: string): Fields {
  if (!Array.isArray(wire)) throw new WireError(`${what} is an array`);
  return wire;
}

/** The integer of 0 or more at `position`. */
export function wholeAt(fields: Fields, position: number): number {
  return whole(fields[position]);
}

/** Checks an integer of 0 or more. */
export function whole(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new WireError("an integer of 0 or more is expected");
  return value as number;
}

/** The term at `position`. */
export function termAt(fields: Fields, position: number): Term {
  return term(wholeAt(fields, position));
}

/** The log index at `position`. */
export function indexAt(fields: Fields, position: number): Index {
  return index(wholeAt(fields, position));
}

/** The boolean at `position`. */
export function flagAt(fields: Fields, position: number): boolean {
  const value = fields[position];
  if (typeof value !== "boolean") throw new WireError("true or false is expected");
  return value;
}

/** The byte string at `position`. */
export function bytesAt(fields: Fields, position: number): Uint8Array {
  const value = fields[position];
  if (!(value instanceof Uint8Array)) throw new WireError("bytes are expected");
  return value;
}

/** A node id. */
export function nodeOf(value: unknown): NodeId {
  if (!isNodeId(value)) throw new WireError("a node id is expected");
  return value;
}

/** A node id, or undefined for null. */
export function nodeOrNothing(value: unknown): NodeId | undefined {
  return value === null ? undefined : nodeOf(value);
}

/** The CRC-32 at `position`: 32 bits. */
export function checksumAt(fields: Fields, position: number): number {
  const value = wholeAt(fields, position);
  if (value > 0xffff_ffff) throw new WireError("a checksum has 32 bits");
  return value;
}
