import { spawn } from "node:child_process";
import type { HuntName, Outcome } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { Sandbox } from "./sandbox.ts";

/** How long after the deadline a process may end by itself, in ms: the run at hand goes on to its end. */
const GRACE_MS = 10_000;

/**
 * Builds a mutant in a folder of its own and hunts it in a process of its own.
 *
 * One that does not come to an end in time is caught: no run of the original takes so long.
 *
 * @throws Error when it cannot be built, or the hunter breaks.
 */
export async function chase(
  root: string,
  { edits, hunts }: Pick<Mutant, "edits" | "hunts">,
  deadlineMs: number,
): Promise<Outcome> {
  const sandbox = new Sandbox(root);
  try {
    await sandbox.plant(edits);
    return await hunted(sandbox.hunter, hunts, deadlineMs);
  } finally {
    sandbox.remove();
  }
}

function hunted(program: string, hunts: readonly HuntName[], deadlineMs: number): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, String(deadlineMs), ...hunts], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err, isLate] = ["", "", false];
    child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (err += bytes.toString()));
    const timer = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, deadlineMs + GRACE_MS);
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(timer);
      if (isLate) resolve(neverEnds(hunts, deadlineMs + GRACE_MS));
      else if (status === 0) resolve(JSON.parse(out) as Outcome);
      else reject(new Error(`the hunter ended with ${status}: ${err.trim()}`));
    });
  });
}

function neverEnds([hunt = "churn"]: readonly HuntName[], ms: number): Outcome {
  const caught = {
    hunt,
    engine: "simulation",
    check: "comes to an end",
    text: "a run did not end in time",
  } as const;
  return { seeds: 0, states: 0, caught, ms };
}
