import { join } from "node:path";
import { assert, type NodeId } from "@kontiki/core";
import { checkArgument } from "../options/argument.ts";
import { nodeNames, whyNoName } from "../options/node-names.ts";
import { folder as folderRule } from "../options/rules.ts";
import { absolutePath } from "./absolute-path.ts";
import type { ClusterDisks, NodeDisk } from "./cluster-disks.ts";
import type { ClusterFile } from "./cluster-file.ts";
import { ClusterFolder, type DataDirectoryError } from "./cluster-folder.ts";
import { refusingUnwritable, withLock, type DirectorySystem } from "./lock-directory.ts";
import { refuseUnfitPlatform } from "./platform.ts";
import { PROCESSES } from "./processes.ts";
import {
  attempt,
  makeDirectory,
  SYSTEM_CALLS,
  type SystemCalls,
} from "../storage/disk/system-calls.ts";

export { DataDirectoryError } from "./cluster-folder.ts";
export type { DirectorySystem } from "./lock-directory.ts";

/** A cluster's data directory, locked by this process until it is closed. */
export interface DataDirectory extends ClusterDisks {
  /** The random id that the cluster got when it was created. */
  readonly clusterId: string;
  /** The present nodes. */
  readonly nodes: readonly NodeId[];
  /** The folder of a node, which holds its log. */
  pathOf(node: NodeId): string;
  /**
   * Creates a new node: a folder with an empty log, and a uid that was never used. After a crash the node exists
   * completely or not at all.
   */
  addNode(node: NodeId): NodeDisk;
  /**
   * Removes a node and its folder. After a crash the node exists completely or not at all. Nothing may be writing to
   * the folder.
   */
  removeNode(node: NodeId): void;
  /**
   * Replaces a node's folder with one with an empty log and a uid that was never used. A crash leaves either the old
   * folder with the old uid or, once the directory is opened again, an empty one with the new uid. Nothing may be
   * writing to the folder; after an error it must not be used until it is wiped again.
   */
  wipeNode(node: NodeId): NodeDisk;
  /** Lets other processes open the directory. Call it after everything that writes there has ended. */
  close(): void;
}

/**
 * Opens the data directory at `path` and locks it for this process. An absent or empty one is created, with an empty
 * log for each of `nodes` (one or more, all different). If creation crashes halfway, the next call completes it.
 *
 * An existing one must hold exactly `nodes`, in any order; pass undefined to accept the nodes that it holds. Nothing is
 * written to a folder that is not a data directory. A node whose name is a word of commands is refused unless it is among
 * `renamed`, the nodes that get another name.
 *
 * @throws DataDirectoryError when the directory is in use, holds something else, lacks or mixes up a node's folder, is
 * damaged, has a newer format, or is not writable; and on Windows.
 * @throws DiskError when the disk refuses a call for another reason.
 */
export function openDataDirectory(
  path: string,
  nodes: readonly NodeId[] | undefined,
  system: DirectorySystem = { calls: SYSTEM_CALLS, processes: PROCESSES },
  renamed: readonly string[] = [],
): DataDirectory {
  checkArgument("openDataDirectory", "path", folderRule, path);
  if (nodes !== undefined) checkArgument("openDataDirectory", "nodes", NODES, nodes);
  const folder = new ClusterFolder(absolutePath(path), system.calls);
  refuseUnfitPlatform(folder, system.platform);
  return refusingUnwritable(() => {
    prepare(folder, nodes, system.calls);
    return withLock(folder, system, (release) => {
      const file = openLocked(folder, nodes);
      refuseNames(folder, file, renamed);
      folder.settle(file);
      return new OpenDirectory(folder, file, release);
    });
  });
}

const NODES = nodeNames("a list of names, or undefined for those that it holds");

/** Whether `path` holds a cluster, even an unfinished one. @throws DataDirectoryError if it holds something else. */
export function holdsCluster(path: string, calls: SystemCalls = SYSTEM_CALLS): boolean {
  const content = new ClusterFolder(absolutePath(path), calls).look();
  return content === "made" || content === "unfinished";
}

/** Rejects anything that is not a data directory before writing there. */
function prepare(
  folder: ClusterFolder,
  nodes: readonly NodeId[] | undefined,
  calls: SystemCalls,
): void {
  const content = folder.look();
  if (content === "made" || content === "unfinished") return;
  if (nodes === undefined) throw noCluster(folder);
  attempt("create", folder.path, () => makeDirectory(calls, folder.path));
}

/** Looks again: before the lock was taken, another process may have created the cluster. */
function openLocked(folder: ClusterFolder, nodes: readonly NodeId[] | undefined): ClusterFile {
  const content = folder.look();
  if (content !== "made") {
    if (content !== "unfinished") {
      if (nodes === undefined) throw noCluster(folder);
      folder.begin(nodes);
    }
    folder.complete();
  }
  return folder.read(nodes);
}

/** Names were not always refused: a directory may hold a node that no command could name. */
function refuseNames(folder: ClusterFolder, file: ClusterFile, renamed: readonly string[]): void {
  for (const node of file.nodes.keys()) {
    const why = renamed.includes(node) ? undefined : whyNoName(node);
    if (why === undefined) continue;
    throw folder.error(
      `holds a node named ${node}, ${why}: give it another name, such as n4, by starting it once ` +
        `with --rename ${node}=n4 (in programs, renames: { ${node}: "n4" })`,
    );
  }
}

function noCluster(folder: ClusterFolder): DataDirectoryError {
  return folder.error("holds no cluster: name its nodes to create one");
}

class OpenDirectory implements DataDirectory {
  readonly close: () => void;
  readonly #folder: ClusterFolder;
  #file: ClusterFile;
  /** Never decreases, even if writing a file that contains it failed. */
  #lastUid: number;

  constructor(folder: ClusterFolder, file: ClusterFile, release: () => void) {
    this.#folder = folder;
    this.#file = file;
    this.#lastUid = file.lastUid;
    this.close = release;
  }

  get clusterId(): string {
    return this.#file.cluster;
  }

  get voters(): readonly NodeId[] {
    return this.#file.voters;
  }

  get nodes(): readonly NodeId[] {
    return [...this.#file.nodes.keys()];
  }

  pathOf(node: NodeId): string {
    assert(this.#file.nodes.has(node), "only nodes of the cluster have a folder");
    return join(this.#folder.path, node);
  }

  disks(): readonly NodeDisk[] {
    return [...this.#file.nodes].map(([node, uid]) => ({ node, uid, path: this.pathOf(node) }));
  }

  addNode(node: NodeId): NodeDisk {
    assert(!this.#file.nodes.has(node), () => `${node} is there already`);
    const { folders } = this.#folder;
    folders.retire(this.clusterId, node);
    if (folders.isThere(node))
      throw this.#folder.error(
        `has something called ${node} that belongs to no node: move it elsewhere`,
      );
    const uid = this.#newUid();
    folders.make({ cluster: this.clusterId, node, uid });
    return this.#write(node, uid);
  }

  removeNode(node: NodeId): void {
    assert(this.#file.nodes.has(node), () => `${node} does not exist`);
    const nodes = new Map([...this.#file.nodes].filter(([other]) => other !== node));
    const file = { ...this.#file, nodes, lastUid: this.#lastUid };
    this.#folder.write(file);
    this.#file = file;
    this.#folder.folders.remove(node);
  }

  wipeNode(node: NodeId): NodeDisk {
    assert(this.#file.nodes.has(node), () => `${node} does not exist`);
    const uid = this.#newUid();
    const wiped = this.#write(node, uid);
    this.#folder.folders.replace({ cluster: this.clusterId, node, uid });
    return wiped;
  }

  #newUid(): number {
    this.#lastUid += 1;
    return this.#lastUid;
  }

  /** Durably records that a node has this disk. */
  #write(node: NodeId, uid: number): NodeDisk {
    const nodes = new Map(this.#file.nodes).set(node, uid);
    const file = { ...this.#file, nodes, lastUid: this.#lastUid };
    this.#folder.write(file);
    this.#file = file;
    return { node, uid, path: this.pathOf(node) };
  }
}
