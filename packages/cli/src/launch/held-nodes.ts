import { existsSync } from "node:fs";
import type { ClusterOptions } from "@kontiki/actors";

/**
 * Checks that a data directory holds nodes that are to be wiped, before a cluster starts from it, which would make one where
 * there is none. Opening it may repair it, which is told as if the cluster had done it.
 *
 * @throws KontikiError if it does not, or cannot be used.
 */
export async function checkHeld(
  nodes: readonly string[],
  { dataDir = "", renames = {}, onEvent }: Pick<ClusterOptions, "dataDir" | "renames" | "onEvent">,
): Promise<void> {
  const { KontikiError, openDataDirectory } = await import("@kontiki/actors");
  if (!existsSync(dataDir))
    throw new KontikiError(`--wipe ${nodes.join(", ")}: there is no cluster in ${dataDir}`);
  const directory = openDataDirectory(dataDir, undefined, undefined, Object.keys(renames));
  const held: readonly string[] = directory.nodes;
  directory.close();
  if (directory.repair !== undefined)
    onEvent?.({ type: "directoryRepaired", what: directory.repair });
  const stranger = nodes.find((node) => ![...held, ...Object.values(renames)].includes(node));
  if (stranger === undefined) return;
  throw new KontikiError(
    `--wipe ${stranger}: ${dataDir} has no such node; it has ${held.join(", ")}`,
  );
}
