import { join } from "node:path";
import { isNodeId, type NodeId } from "@kontiki/core";
import { decodeNodeFile, encodeNodeFile, type NodeFile, type Parsed } from "./cluster-file.ts";
import { DiskError } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { createWal, hasWal } from "../storage/wal/open-wal.ts";
import { attempt, syncDirectory, type SystemCalls } from "../storage/disk/system-calls.ts";

/** The file in a node's folder besides its log. */
export const NODE_FILE = "node.json";

/** Suffixes of an unfinished folder and of one that is being removed. Node ids contain no dots. */
const MAKING = ".making";
const GONE = ".gone";

/**
 * The folders of nodes in a data directory. A folder has its node's name only while it is complete: it is created under
 * another name and renamed, and renamed before it is removed. Folders that a crash leaves under the other names are
 * useless, and are deleted.
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

  /** Creates the folder of a new node. */
  make(file: NodeFile): void {
    this.#begin(file);
    this.#rename(file.node + MAKING, file.node);
  }

  /**
   * Replaces a node's folder with an empty one. Between the two renames there is none, but the new one is complete and
   * waiting: {@link finish} moves it into place.
   */
  replace(file: NodeFile): void {
    this.#begin(file);
    this.#removeTree(file.node + GONE);
    // It does not exist if an earlier attempt failed between the two renames.
    if (this.isThere(file.node)) this.#rename(file.node, file.node + GONE);
    this.#rename(file.node + MAKING, file.node);
    this.#removeTree(file.node + GONE);
  }

  /** Moves the waiting folder of an interrupted {@link replace} into place. False if there is none. */
  finish(file: NodeFile): boolean {
    const waiting = this.read(file.node + MAKING);
    if (waiting?.type !== "file" || !isSameDisk(waiting.file, file)) return false;
    this.#rename(file.node + MAKING, file.node);
    return true;
  }

  /** Removes a node's folder. */
  remove(node: NodeId): void {
    this.#removeTree(node + GONE);
    this.#rename(node, node + GONE);
    this.#removeTree(node + GONE);
  }

  /** Sets a node's folder aside as `<node>.removed-<number>`, and returns that name. */
  putAside(node: NodeId): string {
    let number = 1;
    while (this.isThere(`${node}.removed-${number}`)) number += 1;
    const aside = `${node}.removed-${number}`;
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

  #begin(file: NodeFile): void {
    this.#removeTree(file.node + MAKING);
    this.fill(file.node + MAKING, file);
    attempt("create", this.#path, () => syncDirectory(this.#calls, this.#path));
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
