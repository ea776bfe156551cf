import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a command ended, and what it printed. */
export type Ended = {
  /** 130 when it was interrupted; undefined when it did not heed that and was ended. */
  readonly status: number | undefined;
  readonly out: string;
  readonly error: string;
  /** The CPU time that it used, in ms. */
  readonly ms: number;
};

/** How much longer than its CPU time a program may take by the clock: the machine may do other things. */
const CLOCK = 30;

/** How much CPU time a program may take to start and to end its last run, in ms. */
const GRACE_MS = 10_000;

const CPU_LIMIT = new URL("cpu-limit.js", import.meta.url);

/**
 * Runs a program of Node and waits for its end. It is interrupted when its CPU time is over, and ended when it does not
 * heed that.
 *
 * @param limitMs CPU time, in ms.
 */
export async function runCommand(args: readonly string[], limitMs: number): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", fileURLToPath(CPU_LIMIT), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C at a terminal is for the sample, which ends after this program.
    detached: true,
    env: { ...process.env, KONTIKI_CPU_MS: String(limitMs) },
  });
  let [out, error] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
  return new Promise((resolve, reject) => {
    const end = (): void => void child.kill("SIGKILL");
    const timer = setTimeout(end, CLOCK * (limitMs + GRACE_MS));
    process.once("exit", end);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      process.off("exit", end);
      const [, used] = /\ncpu ms: ([0-9]+)\n/.exec(error) ?? [];
      const status = signal === "SIGINT" ? 130 : (code ?? undefined);
      resolve({ status, out, error, ms: Number(used ?? limitMs) });
    });
  });
}
