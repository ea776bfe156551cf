import { openLostCluster, type LostCluster } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { existsSync, realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import { EXIT_OK, EXIT_USAGE, interruptedStatus, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { recoveredText, recoveryJson, surveyText, warningText } from "../render/recovery-text.ts";

export type RecoverOptions = {
  readonly data: string;
  readonly node?: string;
  readonly yes?: true;
  readonly json?: true;
};

/** Compares the nodes, and continues with one of them if it is named. Resolves to the exit status. */
export async function recover(options: RecoverOptions, host: Host): Promise<number> {
  const { stdout, env } = host;
  const notes = new Notes(host, "kontiki: ");
  if (isMissing(options.data)) {
    notes.problem(`there is no folder ${options.data}: use --data to name another`);
    return EXIT_USAGE;
  }
  const lost = openLostCluster(options.data);
  try {
    const colors = colorsFor(stdout, env);
    const { node } = options;
    if (options.json !== true) await write(stdout, `${surveyText(lost, colors)}\n`);
    if (node === undefined) {
      if (options.json === true) await write(stdout, recoveryJson(lost, undefined));
      return EXIT_OK;
    }
    notes.note(warningText(lost, node));
    if (options.yes !== true && !isInteractive(host)) {
      notes.problem("there is no terminal to ask on: use --yes to confirm");
      return EXIT_USAGE;
    }
    if (options.yes !== true && !(await isConfirmed(host, node))) {
      notes.note("nothing was changed");
      return interruptedStatus(host.signal) ?? EXIT_OK;
    }
    await continueWith(lost, node as NodeId, options, host);
    return EXIT_OK;
  } finally {
    lost.close();
  }
}

async function continueWith(
  lost: LostCluster,
  node: NodeId,
  { json }: RecoverOptions,
  { stdout }: Host,
): Promise<void> {
  const recovered = lost.recover(node);
  const text = json === true ? recoveryJson(lost, recovered) : `${recoveredText(recovered)}\n`;
  await write(stdout, text);
}

/** False also without an answer: at the end of the input, or when the program is interrupted. */
async function isConfirmed({ stdin, stderr, signal }: Host, node: string): Promise<boolean> {
  await write(stderr, `Continue with ${node} alone? Type its name: `);
  const lines = createInterface({ input: stdin, signal, terminal: false });
  for await (const line of lines) return line.trim() === node;
  return false;
}

function isInteractive({ stdin, stderr }: Host): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** A current folder that is gone is another problem. */
function isMissing(path: string): boolean {
  try {
    realpathSync.native(".");
    return !existsSync(path);
  } catch {
    return false;
  }
}
