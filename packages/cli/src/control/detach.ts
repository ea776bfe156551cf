import { KontikiError } from "@kontiki/actors";
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Connection } from "./connection.ts";
import type { Hello } from "./protocol.ts";

/** How often a cluster that starts is asked whether it is up. */
const ASK_EVERY_MS = 20;

/** What starts a cluster that outlives this process. */
export type Detached = {
  /** The arguments of `kontiki`. */
  readonly args: readonly string[];
  /** Where the new process listens when its nodes have started. */
  readonly socket: string;
  /** Gets what the new process prints; replaced. */
  readonly output: string;
};

/**
 * Starts this program again, in a session of its own, and waits until its cluster is up.
 *
 * @param signal stops it again if aborted before it is up
 * @throws KontikiError with what the program printed, if it ends
 */
export async function startDetached(
  { args, socket, output }: Detached,
  signal: AbortSignal,
): Promise<Hello> {
  const descriptor = openSync(output, "w", 0o600);
  const program = process.argv[1] ?? "";
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    detached: true,
    stdio: ["ignore", descriptor, descriptor],
  });
  closeSync(descriptor);
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  try {
    const hello = await Promise.race([untilUp(child, socket), ended]);
    if (hello !== undefined) return hello;
    throw new KontikiError(lastLines(output) || `it ended with status ${child.exitCode}`);
  } finally {
    signal.removeEventListener("abort", stop);
    child.unref();
  }
}

async function untilUp(child: ChildProcess, socket: string): Promise<Hello | undefined> {
  while (child.exitCode === null && child.signalCode === null) {
    const connection = await Connection.open(socket);
    if (connection !== undefined) {
      const hello = await connection.hello().finally(() => connection.close());
      // The socket of another process that was there before.
      if (hello.pid === child.pid) return hello;
    }
    await delay(ASK_EVERY_MS);
  }
  return undefined;
}

/** The problems that a program printed, without the name of the program. */
function lastLines(path: string): string {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(-20);
  return lines.join("\n").replace(/^kontiki: /, "");
}
