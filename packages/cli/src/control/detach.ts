import { KontikiError } from "@kontiki/actors";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { EXIT_USAGE } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { Connection } from "./connection.ts";
import type { Hello } from "./protocol.ts";

/** How often a cluster that starts is asked whether it is up, in ms. */
const ASK_EVERY_MS = 20;

/** How long its nodes may take to start, in ms: to read large logs on a slow disk takes minutes. */
const START_MS = 10 * 60_000;

/** How long the new process may take to end before it is killed, in ms: longer than its nodes may take to stop. */
const END_MS = 10_000;

/** How a problem of the program itself begins. */
const PROBLEM = "kontiki: ";

/** What starts a cluster that outlives this process. */
export type Detached = {
  /** The program. Default: this one. */
  readonly program?: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Where the new process listens when its nodes have started. */
  readonly socket: string;
  /** Gets what the new process prints; replaced. */
  readonly output: string;
  /** How long its nodes may take to start, in ms. Default: ten minutes. */
  readonly startMs?: number;
};

/**
 * Starts a program in a session of its own, and waits until its cluster is up. It always ends: if the cluster is not up in
 * time, or this process ends before, nothing is left running.
 *
 * @param signal stops it again if aborted before it is up
 * @throws KontikiError with what the program printed, if it ends; CheckFailure if its command line is wrong
 */
export async function startDetached(detached: Detached, signal: AbortSignal): Promise<Hello> {
  const { socket, output, startMs = START_MS } = detached;
  const child = spawnInto(detached);
  const ended = endOf(child);
  const over = new AbortController();
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  try {
    const late = AbortSignal.timeout(startMs);
    const given = AbortSignal.any([signal, late, over.signal]);
    const aborted = once(given, "abort").then(() => undefined);
    const up = await Promise.race([untilUp(child, socket, given), ended, aborted]);
    if (up !== undefined && "pid" in up) return up;
    const end = up ?? (await stopped(child, ended));
    if (late.aborted)
      throw new KontikiError(
        `its nodes have not started within ${startMs / 1000} s, so it was stopped: ` +
          'start it with --serve in the place of --detach, and look at "kontiki status"',
      );
    const problem = lastLines(output) || end.text;
    throw end.status === EXIT_USAGE ? badInput(problem) : new KontikiError(problem);
  } finally {
    over.abort();
    process.off("exit", kill);
    child.unref();
  }
}

function spawnInto({ program = process.argv[1] ?? "", args, output }: Detached): ChildProcess {
  const descriptor = opened(output);
  try {
    return spawn(process.execPath, [...process.execArgv, program, ...args], {
      detached: true,
      stdio: ["ignore", descriptor, descriptor],
    });
  } finally {
    closeSync(descriptor);
  }
}

function opened(output: string): number {
  try {
    return openSync(output, "w", 0o600);
  } catch (error) {
    throw new KontikiError(
      `cannot write what the new process prints: ${messageOf(error)}; ` +
        "set XDG_STATE_HOME to a folder that you can write to",
      { cause: error },
    );
  }
}

/** How a process has ended: in words, and its exit status if it has one. */
type End = { readonly text: string; readonly status: number | null };

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) =>
      resolve({ text: `it cannot be started: ${error.message}`, status: null }),
    );
    child.once("close", (status, signal) => {
      const text =
        signal === null ? `it ended with status ${status}` : `it was killed by ${signal}`;
      resolve({ text, status });
    });
  });
}

/** Ends the process, gracefully if it can. */
async function stopped(child: ChildProcess, ended: Promise<End>): Promise<End> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), END_MS);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves to what the cluster is; undefined when `signal` is aborted. It never resolves for a process that has ended. */
async function untilUp(
  child: ChildProcess,
  socket: string,
  signal: AbortSignal,
): Promise<Hello | undefined> {
  while (!signal.aborted) {
    const hello = await helloAt(socket);
    // The socket of another process that was there before.
    if (hello !== undefined && hello.pid === child.pid) return hello;
    await delay(ASK_EVERY_MS);
  }
  return undefined;
}

/** Undefined where nothing answers, or not in time: it is asked again. */
async function helloAt(socket: string): Promise<Hello | undefined> {
  const connection = await Connection.open(socket);
  try {
    return await connection?.hello();
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return undefined;
  } finally {
    connection?.close();
  }
}

/** The problems that a program printed, without the name of the program; if there are none, what it printed last. */
function lastLines(path: string): string {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(-20);
  const problems = lines.filter((line) => line.startsWith(PROBLEM));
  if (problems.length === 0) return lines.join("\n");
  return problems.map((line) => line.slice(PROBLEM.length)).join("; ");
}
