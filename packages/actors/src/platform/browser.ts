/**
 * `node.ts` for a browser: the same names, the same results. Only {@link inspect} shows less, and a `Buffer` reads bytes
 * that are not UTF-8 as other text, and may leave out halves of a pair of code units: those are written in another way
 * (`msgpack-writer.ts`).
 */
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { Buffer } from "buffer/index.js";
import type { Sha256 } from "./node.ts";

export { Buffer } from "buffer/index.js";
export { crc32 } from "./crc32.ts";
export type { Sha256 } from "./node.ts";

export function sha256(): Sha256 {
  const hash = nobleSha256.create();
  const utf8 = new TextEncoder();
  const self: Sha256 = {
    update(part) {
      hash.update(typeof part === "string" ? utf8.encode(part) : part);
      return self;
    },
    digest: (encoding) => Buffer.from(hash.digest()).toString(encoding),
  };
  return self;
}

export function isUint8Array(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

const BOXES = [Number, String, Boolean, Symbol, BigInt];

export function isBoxedPrimitive(value: unknown): boolean {
  return BOXES.some((box) => value instanceof box);
}

/** Never sure: the language cannot tell without listing all indexes. */
export function isSurelyBare(_array: readonly unknown[]): boolean {
  return false;
}

/** A value for an error's text: as JSON where it can be, else by its kind. */
export function inspect(value: unknown, _options?: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? Object.prototype.toString.call(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
