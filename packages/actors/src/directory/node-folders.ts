import { join } from "node:path";
import { isNodeId, type NodeId } from "@kontiki/core";
import { decodeNodeFile, encodeNodeFile, type NodeFile, type Parsed } from "./cluster-file.ts";
import { DiskError } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { createWal, hasWal } from "../storage/wal/open-wal.ts";
import { attempt, syncDirectory, type SystemCalls } from "../storage/disk/system-calls.ts";

/** What stands in a node's folder beside its log. */
export const NODE_FILE = "node.json";

/** A node's folder that is not finished, and one that is being removed. No node id holds a dot. */
const MAKING = ".making";
const GONE = ".gone";

/**
 * The folders of nodes in a data directory. A folder stands under its node's name only while it is whole: it is made
 * beside and renamed, and it is renamed before it is removed. What a crash leaves under the other names is of no use to
 * anybody, and is swept away.
 */
export class NodeFolders {
  readonly #path: string;
  readonly #calls: SystemCalls;

  constructor(path: string, calls: SystemCalls) {
    this.#path = path;
    this.#calls = calls;
  }

  /** Gives a folder that is there, or is made, an empty log and its name. It may have them already. */
  fill(folder: string, file: NodeFile): void {
    const path = this.#pathOf(folder);
    attempt("create", path, () => this.#calls.mkdirSync(path, { recursive: true }));
    const disk = new FileDisk(path, this.#calls);
    if (!hasWal(disk)) createWal(disk);
    disk.create(NODE_FILE, encodeNodeFile(file));
  }

  /** Whether there is anything of this name. */
  isThere(folder: string): boolean {
    const path = this.#pathOf(folder);
    const found = attempt("read", path, () =>
      this.#calls.statSync(path, { throwIfNoEntry: false }),
    );
    return found !== undefined;
  }

  /** What a node's folder says of itself; undefined when there is no such file. */
  read(folder: string): Parsed<NodeFile> | undefined {
    try {
      return decodeNodeFile(new FileDisk(this.#pathOf(folder), this.#calls).read(NODE_FILE));
    } catch (cause) {
      if (cause instanceof DiskError && (cause.code === "ENOENT" || cause.code === "ENOTDIR"))
        return undefined;
      throw cause;
    }
  }

  /** Makes the folder of a node that has none. */
  make(file: NodeFile): void {
    this.#begin(file);
    this.#rename(file.node + MAKING, file.node);
  }

  /**
   * Puts an empty folder in the place of a node's. Between the two renames there is none, but the new one is whole and
   * waits: {@link finish} puts it there.
   */
  replace(file: NodeFile): void {
    this.#begin(file);
    this.#removeTree(file.node + GONE);
    // It is not there if an attempt before this one failed between the two.
    if (this.isThere(file.node)) this.#rename(file.node, file.node + GONE);
    this.#rename(file.node + MAKING, file.node);
    this.#removeTree(file.node + GONE);
  }

  /** Puts the new folder of a node that was being replaced into its place. False when there is none. */
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

  /** Puts a node's folder aside under a name of its own, `<node>.removed-<number>`, and gives that. */
  putAside(node: NodeId): string {
    let number = 1;
    while (this.isThere(`${node}.removed-${number}`)) number += 1;
    const aside = `${node}.removed-${number}`;
    this.#rename(node, aside);
    return aside;
  }

  /** Removes what was left of folders that were being made or removed, and folders of nodes that are no more. */
  sweep(cluster: string, nodes: ReadonlyMap<NodeId, number>): void {
    for (const name of this.#names()) {
      const [node] = name.split(".", 1);
      if (!isNodeId(node)) continue;
      if (name === node + MAKING || name === node + GONE) this.#removeTree(name);
      else if (name === node && !nodes.has(node)) this.retire(cluster, node);
    }
  }

  /** Removes the folder of a node that the cluster does not have, if it is that cluster's. */
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
