import { join } from "node:path";
import { assert, type NodeId } from "@kontiki/core";
import { checkArgument } from "../options/argument.ts";
import { nodeNames, whyNoName } from "../options/node-names.ts";
import { folder as folderRule } from "../options/rules.ts";
import { absolutePath } from "./absolute-path.ts";
import type { ClusterDisks, NodeDisk } from "./cluster-disks.ts";
import type { ClusterFile } from "./cluster-file.ts";
import {
  ClusterFolder,
  DataDirectoryError,
  type FoundCluster,
  type SharedCluster,
} from "./cluster-folder.ts";
import { refusingUnwritable, withLock, type DirectorySystem } from "./lock-directory.ts";
import { refuseUnfitPlatform } from "./platform.ts";
import { PROCESSES } from "./processes.ts";
import { settle, type Settled } from "./settle-directory.ts";
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
  /** The folder of a node, which holds its log. @throws DataDirectoryError for a node that must not run. */
  pathOf(node: NodeId): string;
  /**
   * Creates a new node: a folder with an empty log, and a uid that was never used here and is higher than `above`. After a
   * crash the node exists completely or not at all.
   */
  addNode(node: NodeId, above?: number): NodeDisk;
  /**
   * Removes a node and its folder. After a crash the node exists completely or not at all. Nothing may be writing to
   * the folder. One that is the folder of another node is set aside, as `<node>.damaged-<number>`.
   */
  removeNode(node: NodeId): void;
  /**
   * Replaces a node's folder with one with an empty log and a uid that was never used. A crash leaves either the old
   * folder with the old uid or, once the directory is opened again, an empty one with the new uid. Nothing may be
   * writing to the folder; after an error it must not be used until it is wiped again.
   *
   * A folder that holds damaged files is not removed but set aside, as `<node>.damaged-<number>`, and so is that of a node
   * that must not run, and any if `keepsOld`. A crash may leave such a node without a folder, to be wiped again.
   */
  wipeNode(node: NodeId, keepsOld?: boolean, above?: number): NodeDisk;
  /** Counts a start, durably. Returns how many there were, this one included. It never decreases. */
  countStart(): number;
  /** Lets other processes open the directory. Call it after everything that writes there has ended. */
  close(): void;
}

/**
 * Opens the data directory at `path` and locks it for this process. An absent or empty one is created, with an empty
 * log for each of `nodes` (one or more, all different). If creation crashes halfway, the next call completes it.
 *
 * An existing one must hold exactly `nodes`, in any order; pass undefined to accept the nodes that it holds. Nothing is
 * written to a folder that is not a data directory. A node whose name is a word of commands is refused unless it is among
 * `renamed`, the nodes that get another name. With `shared` it is the part of one host: `nodes` are those that it begins
 * with, which may be none, and later it may have others. A node whose folder is lost, damaged or mixed up must not run: its disk has a
 * `fault`, and the others can be used. A lost or damaged `cluster.json` is restored from its copies in the folders of the
 * nodes.
 *
 * @throws DataDirectoryError when the directory is in use, holds something else, has no node that can run, is damaged
 * and has no copy, has a newer format, or is not writable; and on Windows.
 * @throws DiskError when the disk refuses a call for another reason.
 */
export function openDataDirectory(
  path: string,
  nodes: readonly NodeId[] | undefined,
  system: DirectorySystem = { calls: SYSTEM_CALLS, processes: PROCESSES },
  renamed: readonly string[] = [],
  shared?: SharedCluster,
): DataDirectory {
  checkArgument("openDataDirectory", "path", folderRule, path);
  if (nodes !== undefined && shared === undefined)
    checkArgument("openDataDirectory", "nodes", NODES, nodes);
  const folder = new ClusterFolder(absolutePath(path), system.calls);
  refuseUnfitPlatform(folder, system.platform);
  return refusingUnwritable(() => {
    prepare(folder, nodes, system.calls);
    return withLock(folder, system, (release) => {
      const found = openLocked(folder, nodes, shared);
      refuseNames(folder, found.file, renamed);
      const settled = settle(folder, found);
      const { size } = settled.faults;
      if (size > 0 && size === settled.file.nodes.size) throw noNodes(folder, settled);
      return new OpenDirectory(folder, settled, found.repair, release);
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
function openLocked(
  folder: ClusterFolder,
  nodes: readonly NodeId[] | undefined,
  shared: SharedCluster | undefined,
): FoundCluster {
  const content = folder.look();
  if (content !== "made") {
    if (content !== "unfinished") {
      if (nodes === undefined) throw noCluster(folder);
      folder.begin(nodes, shared);
    }
    folder.complete();
  }
  return folder.read(nodes, shared);
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

function noNodes(folder: ClusterFolder, { faults }: Settled): DataDirectoryError {
  return folder.error(
    `has no node that can run (${[...faults.values()].join("; ")}): restore the whole data directory from one copy ` +
      "taken while the cluster was stopped, or choose a new folder",
  );
}

class OpenDirectory implements DataDirectory {
  readonly close: () => void;
  readonly repair: string | undefined;
  readonly #folder: ClusterFolder;
  #file: ClusterFile;
  readonly #faults: Map<NodeId, string>;
  /** These never decrease, even if writing a file that contains them failed. */
  #lastUid: number;
  #version: number;

  constructor(
    folder: ClusterFolder,
    { file, faults }: Settled,
    repair: string | undefined,
    release: () => void,
  ) {
    this.#folder = folder;
    this.#file = file;
    this.#faults = new Map(faults);
    this.#lastUid = file.lastUid;
    this.#version = file.version;
    this.repair = repair;
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
    const { fault, path } = this.#diskOf(node);
    if (fault !== undefined) throw new DataDirectoryError(`${node} cannot run: ${fault}`);
    return path;
  }

  disks(): readonly NodeDisk[] {
    return this.nodes.map((node) => this.#diskOf(node));
  }

  addNode(node: NodeId, above = 0): NodeDisk {
    assert(!this.#file.nodes.has(node), () => `${node} is there already`);
    const { folders } = this.#folder;
    folders.retire(this.clusterId, node);
    if (folders.isThere(node))
      throw this.#folder.error(
        `has something called ${node} that belongs to no node: move it elsewhere`,
      );
    const uid = this.#newUid(above);
    folders.make({ cluster: this.clusterId, node, uid });
    this.#write(new Map(this.#file.nodes).set(node, uid));
    return this.#diskOf(node);
  }

  removeNode(node: NodeId): void {
    assert(this.#file.nodes.has(node), () => `${node} does not exist`);
    const { folders } = this.#folder;
    const isKept = this.#mustKeep(node);
    if (isKept) this.#keep(node);
    this.#write(new Map([...this.#file.nodes].filter(([other]) => other !== node)));
    this.#faults.delete(node);
    if (!isKept) folders.remove(node);
  }

  wipeNode(node: NodeId, keepsOld = false, above = 0): NodeDisk {
    assert(this.#file.nodes.has(node), () => `${node} does not exist`);
    if (keepsOld || this.#mustKeep(node)) this.#keep(node);
    const uid = this.#newUid(above);
    this.#write(new Map(this.#file.nodes).set(node, uid));
    this.#folder.folders.replace({ cluster: this.clusterId, node, uid });
    this.#faults.delete(node);
    this.#folder.refresh(this.#file, this.#faults);
    return this.#diskOf(node);
  }

  countStart(): number {
    this.#write(this.#file.nodes);
    return this.#version;
  }

  /** What is in a node's folder may be needed yet: it is at fault, or it was exchanged with that of another node. */
  #mustKeep(node: NodeId): boolean {
    if (this.#faults.has(node)) return true;
    const found = this.#folder.folders.at(node).read();
    return found?.type === "file" && found.file.node !== node;
  }

  /** Sets a node's folder aside. If nothing follows, the node is one whose folder is lost. */
  #keep(node: NodeId): void {
    const { folders } = this.#folder;
    if (folders.isThere(node)) folders.putAside(node, "damaged");
  }

  #newUid(above: number): number {
    this.#lastUid = Math.max(this.#lastUid, above) + 1;
    return this.#lastUid;
  }

  #diskOf(node: NodeId): NodeDisk & { readonly path: string } {
    const uid = this.#file.nodes.get(node);
    assert(uid !== undefined, "only nodes of the cluster have a folder");
    const path = join(this.#folder.path, node);
    return { node, uid, path, fault: this.#faults.get(node) };
  }

  /** Durably records which nodes there are, and the disk of each. */
  #write(nodes: ReadonlyMap<NodeId, number>): void {
    this.#version += 1;
    const file = { ...this.#file, nodes, lastUid: this.#lastUid, version: this.#version };
    this.#folder.write(file, this.#faults);
    this.#file = file;
  }
}
