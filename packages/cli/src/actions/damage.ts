import { KontikiError, listDamage, openDamage } from "@kontiki/actors";
import type { NodeId } from "@kontiki/core";
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE, interruptedStatus, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { damageJson, damageTable, purgedText, sumText } from "../render/damage-text.ts";
import { isConfirmed, isInteractive } from "./confirm.ts";
import { refuseMissing } from "./missing-folder.ts";

export type DamageOptions = {
  readonly node?: string;
  readonly json?: true;
};

export type PurgeOptions = DamageOptions & { readonly yes?: true };

/** Prints which damaged files are kept. Resolves to the exit status. */
export async function listDamaged(
  directory: string,
  { node, json }: DamageOptions,
  host: Host,
): Promise<number> {
  const { stdout, env } = host;
  const refused = refuseMissing(directory, "damage list", host);
  if (refused !== undefined) return refused;
  const files = listDamage(directory, node);
  const text =
    json === true
      ? damageJson(["damage", "list"], files)
      : `${damageTable(files, colorsFor(stdout, env))}\n`;
  await write(stdout, text);
  return EXIT_OK;
}

/** Removes damaged files that are kept, after confirmation. Resolves to the exit status. */
export async function purgeDamaged(
  directory: string,
  { node, json, yes }: PurgeOptions,
  host: Host,
): Promise<number> {
  const { stdout, env } = host;
  const notes = new Notes(host, "kontiki: ");
  const refused = refuseMissing(directory, "damage purge", host);
  if (refused !== undefined) return refused;
  const damage = openDamage(directory);
  try {
    const files = node === undefined ? damage.files : listDamage(directory, node);
    if (files.length > 0 && damage.unrepaired.size === 0) {
      notes.note(damageTable(files, colorsFor(host.stderr, env)));
      if (yes !== true && !isInteractive(host)) {
        notes.problem("there is no terminal to ask on: use --yes to confirm");
        return EXIT_USAGE;
      }
      const question = `Permanently remove ${sumText(files)}? Type "purge": `;
      if (yes !== true && !(await isConfirmed(host, question, "purge"))) {
        notes.note("nothing was changed");
        return interruptedStatus(host.signal) ?? EXIT_OK;
      }
    }
    const removed = files.length === 0 ? [] : damage.purge(node as NodeId | undefined);
    const text =
      json === true ? damageJson(["damage", "purge"], removed) : `${purgedText(removed)}\n`;
    await write(stdout, text);
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    notes.problem(error.message);
    return EXIT_FAILED;
  } finally {
    damage.close();
  }
}
