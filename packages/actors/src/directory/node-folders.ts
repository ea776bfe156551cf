import { dirname, join } from "node:path";
import { isNodeId, type NodeId } from "@kontiki/core";
import type { ClusterFile, NodeFile } from "./cluster-file.ts";
import { NodeFolder } from "./node-folder.ts";
import { attempt, syncDirectory, type SystemCalls } from "../storage/disk/system-calls.ts";

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

  /** The folder with this name, which may be absent. */
  at(name: string): NodeFolder {
    return new NodeFolder(this.#path, name, this.#calls);
  }

  /** The uids of the disks of this cluster that are there. */
  uids(cluster: string): readonly number[] {
    return this.#names()
      .filter(isNodeId)
      .flatMap((node) => {
        const owner = this.at(node).owner();
        return owner?.cluster === cluster ? [owner.uid] : [];
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

  /** The nodes that have a folder, members or not. */
  nodes(): readonly NodeId[] {
    return this.#names()
      .filter(isNodeId)
      .filter((node) => {
        const folder = this.at(node);
        return folder.owner() !== undefined || folder.copy() !== undefined;
      })
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
      const copy = this.at(node).copy();
      if (copy !== undefined) found.set(node, copy);
    }
    return found;
  }

  /** Creates the folder of a new node. */
  make(file: NodeFile): void {
    this.#rename(this.begin(file), file.node);
  }

  /** Creates a complete folder for a node's new disk under another name, which it returns. */
  begin(file: NodeFile): string {
    const name = file.node + MAKING;
    this.#removeTree(name);
    this.at(name).fill(file);
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
    const waiting = this.at(file.node + MAKING).read();
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
    const found = this.at(node).read();
    if (found?.type === "file" && found.file.cluster === cluster && found.file.node === node)
      this.remove(node);
  }

  /** Gives a folder another name: the one of a folder to remove, which is returned, or one that is kept. */
  #moveAway(node: NodeId): string | undefined {
    if (this.at(node).holdsDamage()) {
      this.putAside(node, "damaged");
      return undefined;
    }
    const gone = node + GONE;
    this.#removeTree(gone);
    this.#rename(node, gone);
    return gone;
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
