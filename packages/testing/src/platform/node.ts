/**
 * What simulations, tokens and searches need of Node: `#platform` in the imports of `package.json`. In a bundle for
 * browsers `browser.ts` takes its place, with the same names.
 */
import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";

export { Buffer } from "node:buffer";
export { setImmediate as nextTurn } from "node:timers/promises";
export { inspect, isDeepStrictEqual } from "node:util";
export { crc32 } from "node:zlib";

export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

/** Compresses as well as it can. @param dictionary texts that are likely to occur; reading needs the same. */
export function deflate(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array {
  return deflateRawSync(bytes, { level: 9, dictionary });
}

/** Reads the result of {@link deflate}. @throws Error when it is damaged, or is longer than `most` bytes. */
export function inflate(bytes: Uint8Array, dictionary: Uint8Array, most: number): Uint8Array {
  // A view that is no Buffer: what is decoded from it must not be Buffers.
  return new Uint8Array(inflateRawSync(bytes, { dictionary, maxOutputLength: most }));
}
