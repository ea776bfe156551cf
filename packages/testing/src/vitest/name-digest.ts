import { createHash } from "node:crypto";

/** Eight hexadecimal digits that tell a name from others; the same on each machine. */
export function nameDigest(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}
