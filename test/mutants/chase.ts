import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Outcome } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { Sandbox } from "./sandbox.ts";

/**
 * Builds a mutant in a separate folder and hunts it in a separate process.
 *
 * @param root the root of the repository, built.
 * @param deadlineMs the maximum CPU time of the hunt, in ms.
 * @throws Error when the mutant cannot be built, or the hunter fails.
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
