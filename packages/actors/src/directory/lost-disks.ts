import type { NodeId } from "@kontiki/core";
import type { ClusterFile } from "./cluster-file.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { KontikiError, messageOf } from "../errors.ts";
import { readSource, type LogSource } from "./log-source.ts";
import { surveyed, unreadable, type SurveyedNode } from "./survey.ts";

/** What was read of the disks of a cluster. */
export type ReadDisks = {
  /** Of each node, in the order in which the nodes were added. */
  readonly nodes: readonly SurveyedNode[];
  /** All disks that are there, by the names of their folders: those of the nodes, and those that were wiped as damaged. */
  readonly sources: ReadonlyMap<string, LogSource>;
};

/** Reads all disks of a cluster without changing them. */
export function readDisks(folder: ClusterFolder, file: ClusterFile): ReadDisks {
  const sources = new Map<string, LogSource>();
  const nodes = [...file.nodes].map(([node, uid]) => {
    try {
      const flaw = flawOf(folder, file, node, uid);
      const source = readSource(node, folder.folders.at(node).disk);
      sources.set(node, source);
      const found = surveyed(node, source);
      return flaw === undefined || found.type === "unreadable" ? found : { ...found, damage: flaw };
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
      return unreadable(node, messageOf(error));
    }
  });
  for (const name of folder.folders.damaged())
    if (belongsTo(folder, file, name))
      sources.set(name, readSource(name, folder.folders.at(name).disk));
  return { nodes, sources };
}

/**
 * What is wrong with a node's folder although its disk can be read; undefined if nothing is.
 *
 * A damaged `node.json` does not matter here if the copy of `cluster.json` next to it tells whose folder it is.
 *
 * @throws KontikiError if its disk is not the one that belongs there.
 */
function flawOf(
  folder: ClusterFolder,
  { cluster }: ClusterFile,
  node: NodeId,
  uid: number,
): string | undefined {
  const found = folder.folders.at(node).read();
  if (found?.type !== "file") {
    const copy = folder.folders.at(node).copy();
    if (copy?.cluster !== cluster || copy.nodes.get(node) !== uid)
      throw folder.error(`has no node ${node} that can be read`);
    return "its node.json is lost or damaged";
  }
  if (found.file.cluster !== cluster || found.file.node !== node)
    throw folder.error(`has a folder ${node} that belongs to another node or cluster`);
  if (found.file.uid !== uid) throw folder.error(`has a folder ${node} that was being wiped`);
  return undefined;
}

/** Whether a folder that was set aside is of this cluster. */
function belongsTo(folder: ClusterFolder, { cluster }: ClusterFile, name: string): boolean {
  try {
    const found = folder.folders.at(name).read();
    return found?.type === "file" && found.file.cluster === cluster;
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return false;
  }
}
