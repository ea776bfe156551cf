import {
  KontikiError,
  openLostCluster,
  type LostCluster,
  type RecoveryPlan,
} from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { EXIT_OK, EXIT_USAGE, interruptedStatus, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { mergeText, recoveredText, recoveryJson, surveyText } from "../render/recovery-text.ts";
import { warningText } from "../render/recovery-warning.ts";
import { isConfirmed, isInteractive } from "./confirm.ts";
import { refuseMissing } from "./missing-folder.ts";

export type RecoverOptions = {
  readonly data?: string;
  readonly node?: string;
  readonly merge?: true;
  readonly yes?: true;
  readonly json?: true;
};

/** What is to be done: continue with this node, and perhaps with what other disks have. */
type Choice = { readonly node: NodeId; readonly merge: boolean; readonly plan: RecoveryPlan };

/** Compares the disks, and continues with one node or with all disks if that is requested. Resolves to the exit status. */
export async function recover(
  directory: string,
  options: RecoverOptions,
  host: Host,
): Promise<number> {
  const { stdout, env } = host;
  const refused = refuseMissing(directory, "recover", host);
  if (refused !== undefined) return refused;
  const lost = openLostCluster(directory);
  try {
    if (options.json !== true) await write(stdout, `${surveyText(lost, colorsFor(stdout, env))}\n`);
    const choice = chosen(lost, options);
    if (choice === undefined) {
      if (options.json === true) await write(stdout, recoveryJson(lost, undefined, undefined));
      return EXIT_OK;
    }
    if (choice.merge && options.json !== true) await write(stdout, `${mergeText(choice.plan)}\n`);
    return await confirmAndRecover(lost, choice, options, host);
  } finally {
    lost.close();
  }
}

function chosen(lost: LostCluster, { node, merge }: RecoverOptions): Choice | undefined {
  if (node === undefined && merge !== true) return undefined;
  const [first] = lost.nodes;
  const names = lost.nodes.map((found) => found.node as string);
  if (node !== undefined && !names.includes(node))
    throw new KontikiError(`there is no node ${node}: there are ${names.join(", ")}`);
  const target = (node ?? lost.best ?? first?.node ?? "") as NodeId;
  const plan = lost.plan(merge === true ? undefined : target);
  return { node: target, merge: merge === true, plan };
}

async function confirmAndRecover(
  lost: LostCluster,
  { node, merge, plan }: Choice,
  { yes, json }: RecoverOptions,
  host: Host,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  notes.note(warningText(lost, node, merge, plan));
  if (yes !== true && !isInteractive(host)) {
    notes.problem("there is no terminal to ask on: use --yes to confirm");
    return EXIT_USAGE;
  }
  const question = `Continue with ${node} alone? Type its name: `;
  if (yes !== true && !(await isConfirmed(host, question, node))) {
    notes.note("nothing was changed");
    return interruptedStatus(host.signal) ?? EXIT_OK;
  }
  const recovered = merge ? lost.merge(node) : lost.recover(node);
  const text =
    json === true ? recoveryJson(lost, plan, recovered) : `${recoveredText(recovered)}\n`;
  await write(host.stdout, text);
  return EXIT_OK;
}
