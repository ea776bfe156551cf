import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Outcome } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { Sandbox } from "./sandbox.ts";

/**
 * Builds a mutant in a folder of its own and hunts it in a process of its own.
 *
 * @param root of the repository, built.
 * @param deadlineMs how much time of a processor it is hunted for, in ms.
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
    const args = [sandbox.hunter, String(deadlineMs), ...hunts];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Outcome;
  } finally {
    sandbox.remove();
  }
}
