import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { measurementOf, type Cell, type Measurement } from "./measurement.ts";
import type { Command, Peer, Setting } from "./peer.ts";

/** A run is repeated if other processes took more than this part of the machine. */
export const NOISE_MAX = 0.07;

/** The last of so many noisy runs counts, and the table says that it was noisy. */
const TRIES = 4;

/** Start, end and verification may take this long besides the load. */
const GRACE_MS = 120_000;

/** Whether other processes took too much of the machine while this was measured. */
export function isNoisy({ otherCpuSeconds, seconds }: Measurement): boolean {
  return otherCpuSeconds > seconds * availableParallelism() * NOISE_MAX;
}

/**
 * Measures a peer in a cell, again while the machine is noisy. Rejects with what the program printed if it fails.
 *
 * @param note gets one line for each noisy run
 */
export async function measure(
  peer: Peer,
  cell: Cell,
  setting: Setting,
  note: (line: string) => void,
  signal: AbortSignal,
): Promise<Measurement> {
  for (let tries = 1; ; tries += 1) {
    const deadlineMs = (setting.seconds + setting.warmup) * 1000 + GRACE_MS;
    const line = await lastLine(peer.command(cell, setting), deadlineMs, signal);
    const measurement = measurementOf(line, peer.name);
    if (!isNoisy(measurement) || tries === TRIES) return measurement;
    note(`${peer.name}: other processes took ${measurement.otherCpuSeconds} s of CPU; once more`);
  }
}

function lastLine(
  { file, args }: Command,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: deadlineMs,
      signal,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      if (line.startsWith("{")) return resolve(line);
      const end = signal === null ? `status ${status}` : signal;
      reject(new Error(`${file} ended with ${end}: ${(stderr || stdout).trim().slice(-400)}`));
    });
  });
}
