/** Mail as it is on the wire: parcels given as their fields, right or wrong, and what is compared of them. */
import { initialMembership } from "@kontiki/core";
import { decode } from "../../../../packages/actors/src/bytes/codec.ts";
import { encodeFields } from "../../../../packages/actors/src/mail/encode-fields.ts";
import { Frames } from "../../../../packages/actors/src/mail/frames.ts";
import { membershipToWire } from "../../../../packages/actors/src/mail/wire-membership.ts";
import { n1, n2, n3 } from "../actors.ts";

/** A parcel with one message, given as its fields on the wire. */
export function raft(...fields: readonly unknown[]): unknown {
  return [0, 0, 0, [fields]];
}

/** A parcel with an AppendEntries with these fields as entries. */
export function appended(...entries: readonly unknown[]): unknown {
  return raft(2, 1, 0, 0, 0, 0, entries);
}

/** Frames as they are in a message. */
export function packFrames(parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  const [block] = decode(encodeFields([new Frames(parts)])) as [Uint8Array];
  return block;
}

export const nothing = packFrames([undefined]);

/** A membership of n1, n2 and n3 on the wire, with some fields replaced. */
export function members(fields: Readonly<Record<number, unknown>> = {}): unknown {
  return Object.assign([...membershipToWire(initialMembership([n1, n2, n3]))], fields);
}

/** Byte strings as plain arrays: it does not matter whether they are buffers or views. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}
