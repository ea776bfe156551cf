import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { KontikiError } from "@kontiki/actors";
import type { Children } from "./children.ts";

/** The name of the server's program in the PATH. */
export const NATS_SERVER = "nats-server";

/** Where a server listens, as it prints it. */
const LISTENING = /Listening for client connections on 127\.0\.0\.1:(\d+)/;
const READY = "Server is ready";

/**
 * Starts a server of NATS on a free port of the loopback.
 *
 * @param children what must not outlive the engine.
 * @param program its path, or a name in the PATH.
 * @returns its URL.
 * @throws KontikiError in one line, when there is no such program, or when it ends.
 */
export async function startNatsServer(children: Children, program = NATS_SERVER): Promise<string> {
  // In a group of its own: Ctrl-C is for the engine.
  const server = spawn(program, ["-a", "127.0.0.1", "-p", "-1"], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const failed = new Promise<never>((_, reject) =>
    server.on("error", (error: NodeJS.ErrnoException) => reject(notStarted(program, error))),
  );
  if (server.pid !== undefined) children.add(server.pid);
  return Promise.race([ready(server.stderr, program), failed]);
}

async function ready(stderr: NodeJS.ReadableStream, program: string): Promise<string> {
  let port = "";
  const lines: string[] = [];
  for await (const line of createInterface(stderr)) {
    lines.push(line);
    port = LISTENING.exec(line)?.[1] ?? port;
    if (!line.includes(READY)) continue;
    stderr.resume();
    return `nats://127.0.0.1:${port}`;
  }
  throw new KontikiError(`${program} ended: ${lines.at(-1) ?? "it printed nothing"}`);
}

function notStarted(program: string, error: NodeJS.ErrnoException): KontikiError {
  const why =
    error.code === "ENOENT"
      ? `there is no ${program} in the PATH: install it (Debian: apt-get install nats-server)`
      : `${program} cannot be started (${error.message}): correct that`;
  return new KontikiError(`${why}, or give --nats with the URL of a server that runs`);
}
