import { join } from "node:path";
import type { NodeId } from "@kontiki/core";
import {
  DIRECTORY_FORMAT,
  whyOtherFormat,
  type ClusterFile,
  type NodeFile,
} from "./cluster-file.ts";
import type { ClusterFolder, DataDirectoryError, Faults, FoundCluster } from "./cluster-folder.ts";
import { DiskError } from "../storage/disk/disk.ts";
import { CLUSTER_FILE, NODE_FILE } from "./node-folder.ts";

/** A data directory that is ready for use. */
export type Settled = {
  readonly file: ClusterFile;
  readonly faults: Faults;
  /** The new names of folders that were set aside. */
  readonly aside: readonly string[];
};

/**
 * Completes interrupted changes and deletes their remains, checks each node's folder, and writes the copies of
 * `cluster.json` that are lost. A node whose folder is not as it should be must not run; the others may.
 *
 * @throws DataDirectoryError for a problem that a person must fix.
 * @throws DiskError when the operating system refuses a call.
 */
export function settle(folder: ClusterFolder, { file, repair, older }: FoundCluster): Settled {
  const { cluster, nodes, setAside } = file;
  const aside = setAside.flatMap((node) => setOldAside(folder, file, node));
  const faults = new Map<NodeId, string>();
  for (const [node, uid] of nodes) {
    const fault = older.includes(node)
      ? `${join(folder.path, node)} is an older copy than the other folders, and what the node promised since is lost`
      : faultOf(folder, { cluster, node, uid });
    if (fault !== undefined) faults.set(node, fault);
  }
  folder.folders.sweep(cluster, nodes);
  // A file of an older format has version 0.
  const isChanged = repair !== undefined || setAside.length > 0 || file.version === 0;
  const settled = isChanged ? { ...file, setAside: [], version: file.version + 1 } : file;
  if (isChanged) folder.write(settled, faults);
  else folder.refresh(settled, faults);
  return { file: settled, faults, aside };
}

/** A folder that a recovery replaced is kept, unless it is the new one already. */
function setOldAside(
  { folders }: ClusterFolder,
  { cluster, nodes }: ClusterFile,
  node: NodeId,
): readonly string[] {
  if (!folders.isThere(node)) return [];
  const found = folders.at(node).read();
  const isNew =
    found?.type === "file" && found.file.cluster === cluster && found.file.uid === nodes.get(node);
  return isNew ? [] : [folders.putAside(node, "removed")];
}

/** Why a node must not run, in one line; undefined if it may. */
function faultOf(folder: ClusterFolder, file: NodeFile): string | undefined {
  try {
    return settleNode(folder, file);
  } catch (cause) {
    if (cause instanceof DiskError) return cause.message;
    throw cause;
  }
}

/** A folder with an older disk than in `cluster.json` belongs to an interrupted wipe, which is completed now. */
function settleNode(folder: ClusterFolder, file: NodeFile): string | undefined {
  const { folders } = folder;
  const { cluster, node, uid } = file;
  const path = join(folder.path, node);
  const found = folders.at(node).read();
  if (found === undefined) {
    if (folders.isThere(node))
      return `${join(path, NODE_FILE)} is lost, so whose folder this is cannot be told`;
    if (folders.finish(file)) return undefined;
    return `the folder ${path} is lost, and with it what the node promised`;
  }
  if (found.type === "damaged") return `${join(path, NODE_FILE)} is damaged`;
  if (found.type === "otherFormat") return `${path} ${whyOtherFormat(found.format)}`;
  if (found.file.cluster !== cluster)
    return `${path} belongs to another cluster (${found.file.cluster}, not ${cluster})`;
  if (found.file.node !== node) return `${path} belongs to node ${found.file.node}`;
  if (found.file.uid > uid) throw newer(folder, node);
  if (found.file.uid < uid) folders.replace(file);
  else if (found.format < DIRECTORY_FORMAT) folders.at(node).identify(file);
  return undefined;
}

/** All copies of `cluster.json` are older than a disk, so all other folders may be older copies as well. */
function newer(folder: ClusterFolder, node: NodeId): DataDirectoryError {
  return folder.error(
    `has a folder ${node} that is newer than its ${CLUSTER_FILE}: restore the whole data ` +
      "directory from one copy taken while the cluster was stopped, or choose a new folder",
  );
}
