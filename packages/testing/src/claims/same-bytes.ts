import { Buffer } from "#platform";

/** The first place at which two runs of bytes differ, or at which one of them ends; undefined if they are the same. */
export function differsAt(one: Uint8Array, other: Uint8Array): number | undefined {
  if (Buffer.compare(one, other) === 0) return undefined;
  const both = Math.min(one.length, other.length);
  for (let at = 0; at < both; at += 1) if (one[at] !== other[at]) return at;
  return both;
}
