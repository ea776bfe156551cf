import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The socket of a cluster in its data directory. */
const SOCKET = "control.sock";

/** Longest path of a Unix socket in bytes: 108 on Linux and 104 on macOS, with the zero byte at the end. */
const PATH_BYTES_MAX = 103;

/**
 * The path itself, or one in the temporary directory when it is too long for a socket. The same path always gives the
 * same socket.
 */
export function socketAt(path: string): string {
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX) return path;
  const digest = createHash("sha256").update(path).digest("hex").slice(0, 16);
  return join(tmpdir(), `kontiki-${digest}.sock`);
}

/** Where the socket of a data directory is. */
export function socketIn(data: string): string {
  return socketAt(join(data, SOCKET));
}
