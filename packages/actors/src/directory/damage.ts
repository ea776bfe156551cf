import { join } from "node:path";
import { isNodeId, type NodeId } from "@kontiki/core";
import { absolutePath } from "./absolute-path.ts";
import { ClusterFolder } from "./cluster-folder.ts";
import { checkArgument } from "../options/argument.ts";
import { someNode } from "../options/node-names.ts";
import { folder as folderRule } from "../options/rules.ts";
import { readDisks } from "./lost-disks.ts";
import { refusingUnwritable, withLock, type DirectorySystem } from "./lock-directory.ts";
import { refuseUnfitPlatform } from "./platform.ts";
import { PROCESSES } from "./processes.ts";
import { setAsideOn } from "../storage/disk/set-aside.ts";
import { SYSTEM_CALLS } from "../storage/disk/system-calls.ts";

/** A file of a node that was found damaged, or its old folder, which were set aside. */
export type DamagedFile = {
  /** The node that it belonged to. */
  readonly node: NodeId;
  /** Its path inside the data directory. */
  readonly path: string;
  /** `folder`: the node was wiped or removed, and this is the folder with its old disk. */
  readonly type: "file" | "folder";
  /** Its size; of a folder, that of all files in it. */
  readonly bytes: number;
};

/** The data directory of a stopped cluster, locked by this process until it is closed. */
export interface DamagedDirectory {
  /** Everything that was set aside because of damage. */
  readonly files: readonly DamagedFile[];
  /** The nodes that are not repaired yet, and why. What was set aside may hold the only copy of what they lack. */
  readonly unrepaired: ReadonlyMap<NodeId, string>;
  /**
   * Permanently removes what was set aside, of all nodes or of one, and returns it. After a crash each file is there or
   * not.
   *
   * @throws DataDirectoryError while a node is not repaired, and for a node that neither is in the cluster nor has left files.
   */
  purge(node?: NodeId): readonly DamagedFile[];
  /** Lets other processes open the directory. */
  close(): void;
}

/**
 * What was set aside because of damage in the data directory at `path`, of all nodes or of one. It only looks, and may do
 * so while a cluster uses the directory.
 *
 * @throws DataDirectoryError when it holds no cluster, and for a node that neither is in it nor has left files.
 */
export function listDamage(
  path: string,
  node?: string,
  { calls }: Pick<DirectorySystem, "calls"> = { calls: SYSTEM_CALLS },
): readonly DamagedFile[] {
  checkArgument("listDamage", "path", folderRule, path);
  if (node !== undefined) checkArgument("listDamage", "node", someNode, node);
  const folder = new ClusterFolder(absolutePath(path), calls);
  return refusingUnwritable(() => {
    if (folder.look() !== "made") throw folder.error("holds no cluster");
    return filesOf(folder, node);
  });
}

/**
 * Opens the data directory at `path` to remove what was set aside because of damage, and locks it.
 *
 * @throws DataDirectoryError when it is in use, or holds no cluster.
 */
export function openDamage(
  path: string,
  system: DirectorySystem = { calls: SYSTEM_CALLS, processes: PROCESSES },
): DamagedDirectory {
  checkArgument("openDamage", "path", folderRule, path);
  const folder = new ClusterFolder(absolutePath(path), system.calls);
  refuseUnfitPlatform(folder, system.platform);
  return refusingUnwritable(() => {
    if (folder.look() !== "made") throw folder.error("holds no cluster");
    return withLock(folder, system, (release) => {
      const unrepaired = unrepairedIn(folder);
      return {
        files: filesIn(folder),
        unrepaired,
        purge: (node?: NodeId) => {
          if (node !== undefined) checkArgument("DamagedDirectory.purge", "node", someNode, node);
          return purge(folder, unrepaired, node);
        },
        close: release,
      };
    });
  });
}

function purge(
  folder: ClusterFolder,
  unrepaired: ReadonlyMap<NodeId, string>,
  node: NodeId | undefined,
): readonly DamagedFile[] {
  if (unrepaired.size > 0) {
    const nodes = [...unrepaired].map(([name, why]) => `${name}: ${why}`).join("; ");
    throw folder.error(
      `has nodes that are not repaired (${nodes}): what was set aside may hold the only copy of what they lack; ` +
        "start the cluster until they are repaired, wipe them, or use kontiki recover",
    );
  }
  const files = filesOf(folder, node);
  for (const { path } of files) folder.folders.discard(path);
  return files;
}

/** Those whose disk cannot be read, or lacks what it had promised to hold. */
function unrepairedIn(folder: ClusterFolder): ReadonlyMap<NodeId, string> {
  const { nodes } = readDisks(folder, folder.read(undefined).file);
  const found = new Map<NodeId, string>();
  for (const one of nodes) {
    const why = one.type === "unreadable" ? one.why : one.damage;
    if (why !== undefined) found.set(one.node, why);
  }
  return found;
}

/** Those of one node, or all. A name that is misspelt must not look like a node whose disk is in order. */
function filesOf(folder: ClusterFolder, node: string | undefined): readonly DamagedFile[] {
  const files = filesIn(folder);
  if (node === undefined) return files;
  const owners = [...folder.read(undefined).file.nodes.keys(), ...files.map((file) => file.node)];
  if (!owners.some((owner) => owner === node))
    throw folder.error(`has no node ${node}: there are ${[...new Set(owners)].join(", ")}`);
  return files.filter((file) => file.node === node);
}

function filesIn({ folders }: ClusterFolder): readonly DamagedFile[] {
  const files = folders.nodes().flatMap((node) =>
    setAsideOn(folders.at(node).disk).map(({ name }): DamagedFile => {
      const path = join(node, name);
      return { node, path, type: "file", bytes: folders.sizeOf(path) };
    }),
  );
  const old = folders.damaged().flatMap((path): readonly DamagedFile[] => {
    const [node] = path.split(".", 1);
    return isNodeId(node) ? [{ node, path, type: "folder", bytes: folders.sizeOf(path) }] : [];
  });
  return [...files, ...old];
}
