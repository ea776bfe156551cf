import { index, isNodeId, term, type Index, type NodeId, type Term } from "@kontiki/core";

/**
 * What the files about the wire share: a value is an array of fields, and each field is checked before it is believed.
 *
 * @module
 */

/** Bytes that are not what they should be. Whoever meets it drops them and counts. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** What msgpack makes of an array. */
export type Fields = readonly unknown[];

/** An array, or a WireError that says what should be one. */
export function fieldsOf(wire: unknown, what: string): Fields {
  if (!Array.isArray(wire)) throw new WireError(`${what} is an array`);
  return wire;
}

/** The whole number from 0 at `position`. */
export function wholeAt(fields: Fields, position: number): number {
  return whole(fields[position]);
}

/** A whole number from 0. */
export function whole(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new WireError("a whole number from 0 is due");
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

/** Yes or no, at `position`. */
export function flagAt(fields: Fields, position: number): boolean {
  const value = fields[position];
  if (typeof value !== "boolean") throw new WireError("true or false is due");
  return value;
}

/** A byte string, at `position`. */
export function bytesAt(fields: Fields, position: number): Uint8Array {
  const value = fields[position];
  if (!(value instanceof Uint8Array)) throw new WireError("bytes are due");
  return value;
}

/** A node id. */
export function nodeOf(value: unknown): NodeId {
  if (!isNodeId(value)) throw new WireError("a node id is due");
  return value;
}

/** A node id, or nothing for null. */
export function nodeOrNothing(value: unknown): NodeId | undefined {
  return value === null ? undefined : nodeOf(value);
}

/** A CRC-32: 32 bits. */
export function checksumAt(fields: Fields, position: number): number {
  const value = wholeAt(fields, position);
  if (value > 0xffff_ffff) throw new WireError("a checksum has 32 bits");
  return value;
}
