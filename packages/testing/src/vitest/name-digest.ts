import { createHash } from "node:crypto";

/** Eight hexadecimal digits that distinguish names; the same on every machine. */
export function nameDigest(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}
