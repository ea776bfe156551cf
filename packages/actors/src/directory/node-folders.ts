import { dirname, join } from "node:path";
import { isNodeId, type NodeId } from "@kontiki/core";
import {
  decodeClusterFile,
  decodeNodeFile,
  encodeClusterFile,
  encodeNodeFile,
  type ClusterFile,
  type NodeFile,
  type Parsed,
} from "./cluster-file.ts";
import { DiskError } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { setAsideOn } from "../storage/disk/set-aside.ts";
import { createWal, hasWal } from "../storage/wal/open-wal.ts";
import {
  attempt,
  syncDirectory,
  writeAll,
  type SystemCalls,
} from "../storage/disk/system-calls.ts";

/** The file in a node's folder that says whose it is. */
export const NODE_FILE = "node.json";

/** The cluster's file, of which each node's folder has a copy. */
export const CLUSTER_FILE = "cluster.json";

/** Suffixes of an unfinished folder and of one that is being removed. Node ids contain no dots. */
const MAKING = ".making";
const GONE = ".gone";

const DAMAGED_FOLDER = /^[a-z][a-z0-9-]*\.damaged-[1-9][0-9]*$/;

/**
 * Why a folder is kept under another name: a recovery went on without it (`<node>.removed-1`), or it holds damaged files
 * and its node was wiped or removed (`<node>.damaged-1`).
 */
export type Aside = "removed" | "damaged";

/**
 * The folders of nodes in a data directory. A folder has its node's name only while it is complete: it is created under
 * another name and renamed, and renamed before it is removed. Folders that a crash leaves under the other names are
 * useless, and are deleted. Folders that were set aside are left alone, and a folder with damaged files is never removed.
 */
export class NodeFolders {
  readonly #path: string;
  readonly #calls: SystemCalls;

  constructor(path: string, calls: SystemCalls) {
    this.#path = path;
    this.#calls = calls;
  }

  /** Writes an empty log and `node.json` to a folder, which is created if needed. Both may exist already. */
  fill(folder: string, file: NodeFile): void {
    const path = this.#pathOf(folder);
    attempt("create", path, () => this.#calls.mkdirSync(path, { recursive: true }));
    const disk = new FileDisk(path, this.#calls);
    if (!hasWal(disk)) createWal(disk);
    disk.create(NODE_FILE, encodeNodeFile(file));
  }

  /** Writes the `node.json` of a complete folder again. */
  identify(file: NodeFile): void {
    new FileDisk(this.#pathOf(file.node), this.#calls).create(NODE_FILE, encodeNodeFile(file));
  }

  /** The uids of the disks of this cluster that are there. */
  uids(cluster: string): readonly number[] {
    return this.#names()
      .filter(isNodeId)
      .flatMap((node) => {
        const found = this.#readable(node);
        return found?.cluster === cluster ? [found.uid] : [];
      });
  }

  /** Whether anything with this name exists. */
  isThere(folder: string): boolean {
    const path = this.#pathOf(folder);
    const found = attempt("read", path, () =>
      this.#calls.statSync(path, { throwIfNoEntry: false }),
    );
    return found !== undefined;
  }

  /** The contents of a folder's `node.json`; undefined if there is no such file. */
  read(folder: string): Parsed<NodeFile> | undefined {
    try {
      return decodeNodeFile(new FileDisk(this.#pathOf(folder), this.#calls).read(NODE_FILE));
    } catch (cause) {
      if (cause instanceof DiskError && (cause.code === "ENOENT" || cause.code === "ENOTDIR"))
        return undefined;
      throw cause;
    }
  }

  /** The disk in a folder. */
  diskIn(folder: string): FileDisk {
    return new FileDisk(this.#pathOf(folder), this.#calls);
  }

  /** The nodes that have a folder, members or not. */
  nodes(): readonly NodeId[] {
    return this.#names()
      .filter(isNodeId)
      .filter((node) => this.#readable(node) !== undefined || this.#copyIn(node) !== undefined)
      .sort();
  }

  /** The size of a file, or of all files in a folder, by its path inside the data directory. */
  sizeOf(inside: string): number {
    const path = this.#pathOf(inside);
    return attempt("read", path, () => sizeOf(this.#calls, path));
  }

  /** Permanently removes a file, or a folder. */
  discard(inside: string): void {
    const path = this.#pathOf(inside);
    attempt("remove", path, () => {
      if (this.#calls.statSync(path).isDirectory()) removeTree(this.#calls, path);
      else this.#calls.unlinkSync(path);
      syncDirectory(this.#calls, dirname(path));
    });
  }

  /** The folders with damaged files that were set aside when their nodes were wiped or removed, of any cluster. */
  damaged(): readonly string[] {
    return this.#names()
      .filter((name) => DAMAGED_FOLDER.test(name))
      .sort();
  }

  /** The copies of `cluster.json` in the folders of nodes. */
  copies(): ReadonlyMap<NodeId, ClusterFile> {
    const found = new Map<NodeId, ClusterFile>();
    for (const node of this.#names().filter(isNodeId)) {
      const copy = this.#copyIn(node);
      if (copy !== undefined) found.set(node, copy);
    }
    return found;
  }

  /**
   * Writes a copy of `cluster.json` into a node's folder. Its unfinished file is not in there: a thread that opens the
   * node's disk removes those.
   */
  writeCopy(node: NodeId, file: ClusterFile): void {
    const path = this.#pathOf(node);
    const unfinished = this.#pathOf(`${CLUSTER_FILE}.tmp`);
    attempt("write", path, () => {
      const fd = this.#calls.openSync(unfinished, "w");
      try {
        writeAll(this.#calls, fd, encodeClusterFile(file, node), 0);
        this.#calls.fsyncSync(fd);
      } finally {
        this.#calls.closeSync(fd);
      }
      this.#calls.renameSync(unfinished, join(path, CLUSTER_FILE));
      syncDirectory(this.#calls, path);
    });
  }

  /** Creates the folder of a new node. */
  make(file: NodeFile): void {
    this.#rename(this.begin(file), file.node);
  }

  /** Creates a complete folder for a node's new disk under another name, which it returns. */
  begin(file: NodeFile): string {
    const name = file.node + MAKING;
    this.#removeTree(name);
    this.fill(name, file);
    attempt("create", this.#path, () => syncDirectory(this.#calls, this.#path));
    return name;
  }

  /**
   * Replaces a node's folder with an empty one. Between the two renames there is none, but the new one is complete and
   * waiting: {@link finish} moves it into place.
   */
  replace(file: NodeFile): void {
    this.begin(file);
    // It does not exist if an earlier attempt failed between the two renames.
    const gone = this.isThere(file.node) ? this.#moveAway(file.node) : undefined;
    this.#rename(file.node + MAKING, file.node);
    if (gone !== undefined) this.#removeTree(gone);
  }

  /** Moves the waiting folder of an interrupted {@link replace} into place. False if there is none. */
  finish(file: NodeFile): boolean {
    const waiting = this.read(file.node + MAKING);
    if (waiting?.type !== "file" || !isSameDisk(waiting.file, file)) return false;
    this.#rename(file.node + MAKING, file.node);
    return true;
  }

  /** Removes a node's folder, or sets it aside if it holds damaged files. */
  remove(node: NodeId): void {
    const gone = this.#moveAway(node);
    if (gone !== undefined) this.#removeTree(gone);
  }

  /** Sets a node's folder aside as `<node>.<why>-<number>`, and returns that name. */
  putAside(node: NodeId, why: Aside): string {
    let number = 1;
    while (this.isThere(`${node}.${why}-${number}`)) number += 1;
    const aside = `${node}.${why}-${number}`;
    this.#rename(node, aside);
    return aside;
  }

  /** Deletes folders that were left by interrupted changes, and folders of former nodes. */
  sweep(cluster: string, nodes: ReadonlyMap<NodeId, number>): void {
    for (const name of this.#names()) {
      const [node] = name.split(".", 1);
      if (!isNodeId(node)) continue;
      if (name === node + MAKING || name === node + GONE) this.#removeTree(name);
      else if (name === node && !nodes.has(node)) this.retire(cluster, node);
    }
  }

  /** Removes the folder of a former node of this cluster. */
  retire(cluster: string, node: NodeId): void {
    const found = this.read(node);
    if (found?.type === "file" && found.file.cluster === cluster && found.file.node === node)
      this.remove(node);
  }

  /** Gives a folder another name: the one of a folder to remove, which is returned, or one that is kept. */
  #moveAway(node: NodeId): string | undefined {
    if (this.#holdsDamage(node)) {
      this.putAside(node, "damaged");
      return undefined;
    }
    const gone = node + GONE;
    this.#removeTree(gone);
    this.#rename(node, gone);
    return gone;
  }

  #holdsDamage(node: NodeId): boolean {
    return setAsideOn(new FileDisk(this.#pathOf(node), this.#calls)).length > 0;
  }

  #readable(node: NodeId): NodeFile | undefined {
    try {
      const found = this.read(node);
      return found?.type === "file" ? found.file : undefined;
    } catch (cause) {
      if (cause instanceof DiskError) return undefined;
      throw cause;
    }
  }

  /** What cannot be read is no copy. */
  #copyIn(node: NodeId): ClusterFile | undefined {
    try {
      const bytes = new FileDisk(this.#pathOf(node), this.#calls).read(CLUSTER_FILE);
      const parsed = decodeClusterFile(bytes, node);
      return parsed.type === "file" ? parsed.file : undefined;
    } catch (cause) {
      if (cause instanceof DiskError) return undefined;
      throw cause;
    }
  }

  #rename(from: string, to: string): void {
    attempt("rename", this.#pathOf(from), () => {
      this.#calls.renameSync(this.#pathOf(from), this.#pathOf(to));
      syncDirectory(this.#calls, this.#path);
    });
  }

  #removeTree(name: string): void {
    if (!this.isThere(name)) return;
    const path = this.#pathOf(name);
    attempt("remove", path, () => removeTree(this.#calls, path));
  }

  #names(): string[] {
    return attempt("read", this.#path, () => this.#calls.readdirSync(this.#path));
  }

  #pathOf(name: string): string {
    return join(this.#path, name);
  }
}

function sizeOf(calls: SystemCalls, path: string): number {
  const found = calls.statSync(path);
  if (!found.isDirectory()) return found.size;
  return calls.readdirSync(path).reduce((sum, name) => sum + sizeOf(calls, join(path, name)), 0);
}

function isSameDisk(a: NodeFile, b: NodeFile): boolean {
  return a.cluster === b.cluster && a.node === b.node && a.uid === b.uid;
}

function removeTree(calls: SystemCalls, path: string): void {
  for (const entry of calls.readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) removeTree(calls, inside);
    else calls.unlinkSync(inside);
  }
  calls.rmdirSync(path);
}
