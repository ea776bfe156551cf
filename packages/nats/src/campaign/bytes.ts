import { deflateRawSync, inflateRawSync } from "node:zlib";

/** The most that a message may hold once it is inflated: what is larger is no message of ours. */
const INFLATED_MAX = 64 * 1024 * 1024;

/** A value as compressed JSON: names of counts repeat in each result. */
export function packedJson(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value));
}

/** What {@link packedJson} packed; undefined for any other bytes. */
export function unpackedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(inflateRawSync(bytes, { maxOutputLength: INFLATED_MAX }).toString());
  } catch {
    return undefined;
  }
}
