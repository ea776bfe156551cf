/**
 * What nodes and simulations need of Node: `#platform` in the imports of `package.json`. In a bundle for browsers
 * `browser.ts` takes its place, with the same names.
 */
import { createHash } from "node:crypto";
import { inspect, types } from "node:util";

export { Buffer } from "node:buffer";
export { inspect } from "node:util";
export { crc32 } from "node:zlib";

export const { isBoxedPrimitive, isUint8Array } = types;

/** A SHA-256 that takes its input in parts. */
export type Sha256 = {
  update(part: Uint8Array | string): Sha256;
  digest(encoding: "hex" | "base64"): string;
};

export function sha256(): Sha256 {
  return createHash("sha256");
}

const BARE = { maxArrayLength: 0, depth: 0, showHidden: true, customInspect: false } as const;

/** The length of the array that is described for comparison. */
const LENGTH = 64;

/** How Node describes an array of {@link LENGTH} elements without showing them. */
const PRISTINE = inspect(
  Array.from({ length: LENGTH }, () => 0),
  BARE,
);

/**
 * Whether a look at an array that does not list its indexes is enough to know that it has nothing but elements. False is
 * no answer. Node can describe a long array without its elements: if that shows nothing else, there is nothing.
 */
export function isSurelyBare(array: readonly unknown[]): boolean {
  return inspect(array, BARE) === PRISTINE.replaceAll(String(LENGTH), String(array.length));
}
