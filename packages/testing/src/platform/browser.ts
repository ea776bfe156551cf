/**
 * `node.ts` for a browser: the same names, the same results. Only {@link inspect} shows less, and the bytes of
 * {@link deflate} may differ: each reads those of the other.
 */
import { Buffer, sha256 } from "@kontiki/actors/platform";
import { dequal } from "dequal/lite";
import { deflateSync, Inflate } from "fflate";

export { Buffer, crc32, inspect } from "@kontiki/actors/platform";
export { dequal as isDeepStrictEqual };

/** Lets the thread's other work run. A message is not delayed, as a timer is. */
export function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}

export function sha256Of(text: string): string {
  return sha256().update(text).digest("base64");
}

export function deflate(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array {
  return deflateSync(bytes, { level: 9, dictionary });
}

export function inflate(bytes: Uint8Array, dictionary: Uint8Array, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate({ dictionary }, (part) => {
    length += part.length;
    if (length > most) throw new RangeError(`more than ${most} bytes`);
    parts.push(part);
  });
  stream.push(bytes, true);
  return new Uint8Array(Buffer.concat(parts));
}
