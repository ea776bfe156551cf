import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { NodeId } from "@kontiki/core";
import {
  decodeClusterFile,
  encodeClusterFile,
  whyOtherFormat,
  type ClusterFile,
  type Parsed,
} from "./cluster-file.ts";
import { isLockName } from "./directory-lock.ts";
import { errorCode, KontikiError } from "../errors.ts";
import { DiskError } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { newestCopy, type NewestCopy } from "./newest-copy.ts";
import { CLUSTER_FILE } from "./node-folder.ts";
import { NodeFolders } from "./node-folders.ts";
import { attempt, syncDirectory, type SystemCalls } from "../storage/disk/system-calls.ts";

/** A data directory cannot be used as requested. The message is one line and says what to do. */
export class DataDirectoryError extends KontikiError {
  override readonly name = "DataDirectoryError";
}

/** `unfinished`: its creation was interrupted before any node ran from it. */
export type FolderContent = "absent" | "empty" | "unfinished" | "made";

/** Creation ends by renaming it to `cluster.json`: before that the directory holds no cluster. */
const UNFINISHED_FILE = "creating.json";

/** A cluster with nodes on several hosts: all of its hosts were given the same. */
export type SharedCluster = {
  /** The id of the cluster. */
  readonly cluster: string;
  /** The voters that it began with, on all hosts. */
  readonly voters: readonly NodeId[];
};

/** What was read of a data directory. */
export type FoundCluster = {
  /** The cluster, by the newest copy of its file. */
  readonly file: ClusterFile;
  /** Whether `cluster.json` differs from that and must be written again, and why, for people. */
  readonly repair: string | undefined;
  /** Nodes whose folders may be older than the others. */
  readonly older: readonly NodeId[];
};

/** Why a node must not run, for each that must not. */
export type Faults = ReadonlyMap<NodeId, string>;

/**
 * The files of a data directory: `cluster.json`, and a folder for each node with `node.json`, a copy of `cluster.json`
 * and the node's log. Only `look` may be called without the lock, which other code takes.
 *
 * Every call throws a DataDirectoryError for a problem that a person must fix, and a DiskError when the operating
 * system refuses a call.
 */
export class ClusterFolder {
  readonly path: string;
  readonly folders: NodeFolders;
  readonly #calls: SystemCalls;
  readonly #disk: FileDisk;

  constructor(path: string, calls: SystemCalls) {
    this.path = path;
    this.folders = new NodeFolders(path, calls);
    this.#calls = calls;
    this.#disk = new FileDisk(path, calls);
  }

  /** What the folder holds. Rejects anything that is not a folder, and a folder with other files. */
  look(): FolderContent {
    const names = this.#names();
    if (names === undefined) return "absent";
    if (names.includes(CLUSTER_FILE)) return "made";
    if (names.includes(UNFINISHED_FILE)) return "unfinished";
    if (this.folders.copies().size > 0) return "made";
    const foreign = names.find((name) => !isLockName(name) && name !== `${UNFINISHED_FILE}.tmp`);
    if (foreign === undefined) return "empty";
    throw this.error(
      `is not empty and holds no cluster (there is "${foreign}"): choose a new or an empty folder`,
    );
  }

  /** Durably records what is about to be created: these nodes, of a cluster that may have others elsewhere. */
  begin(here: readonly NodeId[], shared?: SharedCluster): void {
    const nodes = new Map(here.map((node) => [node, 0]));
    const { cluster, voters } = shared ?? { cluster: randomUUID(), voters: here };
    const file = { cluster, voters, nodes, lastUid: 0, version: 1, setAside: [] };
    this.#disk.create(UNFINISHED_FILE, encodeClusterFile(file));
  }

  /** Completes what was begun. Each step may already have been done by an interrupted attempt. */
  complete(): void {
    const bytes = this.#disk.read(UNFINISHED_FILE);
    const { cluster, nodes } = this.#parsed(UNFINISHED_FILE, decodeClusterFile(bytes));
    for (const [node, uid] of nodes) this.folders.at(node).fill({ cluster, node, uid });
    const made = this.#disk.pathOf(CLUSTER_FILE);
    attempt("create", made, () => {
      syncDirectory(this.#calls, this.path);
      this.#calls.renameSync(this.#disk.pathOf(UNFINISHED_FILE), made);
      syncDirectory(this.#calls, this.path);
    });
  }

  /** Reads the cluster, and checks that its nodes are the `wanted` ones. Changes nothing. */
  read(wanted: readonly NodeId[] | undefined, shared?: SharedCluster): FoundCluster {
    const found = this.#readFiles();
    if (shared !== undefined) this.#checkShared(found.file, shared);
    // Only a host of several has none, when its nodes were removed.
    else if (found.file.nodes.size === 0) throw this.#damaged(CLUSTER_FILE);
    const nodes = [...found.file.nodes.keys()];
    const isOther = (): boolean =>
      shared === undefined
        ? wanted !== undefined && !sameNames(nodes, wanted)
        : [...found.file.nodes].some(([node, uid]) => uid === 0 && wanted?.includes(node) !== true);
    if (wanted !== undefined && isOther()) {
      throw this.error(
        `holds the nodes ${nodes.join(", ")}, not ${wanted.join(", ")}: ` +
          "start it with the nodes it holds, or choose another folder",
      );
    }
    return found;
  }

  /** Replaces `cluster.json`, durably, and then its copies. Nodes with faults get none. */
  write(file: ClusterFile, faults: Faults): void {
    this.#disk.create(CLUSTER_FILE, encodeClusterFile(file));
    this.refresh(file, faults);
  }

  /**
   * Writes the copies of `cluster.json` that are lost or old. One that cannot be written is written by the next start, or
   * with the next change.
   */
  refresh(file: ClusterFile, faults: Faults): void {
    const copies = this.folders.copies();
    for (const node of file.nodes.keys()) {
      const isThere = copies.get(node)?.version === file.version;
      if (faults.has(node) || isThere) continue;
      try {
        this.folders.at(node).writeCopy(file);
      } catch (cause) {
        if (!(cause instanceof DiskError)) throw cause;
      }
    }
  }

  error(what: string): DataDirectoryError {
    return new DataDirectoryError(`${this.path} ${what}`);
  }

  #checkShared({ cluster, voters }: ClusterFile, shared: SharedCluster): void {
    if (cluster !== shared.cluster)
      throw this.error(
        `holds the cluster ${cluster}, not ${shared.cluster}: choose another folder, or give the id of that cluster`,
      );
    if (!sameNames(voters, shared.voters))
      throw this.error(
        `holds a cluster that began with the nodes ${voters.join(", ")}, not ${shared.voters.join(", ")}: ` +
          "give all hosts the same peers as at the first start",
      );
  }

  #readFiles(): FoundCluster {
    const main = this.#readMain();
    const file = main?.type === "file" ? main.file : undefined;
    const copies = this.folders.copies();
    const newest = newestCopy(file, copies);
    if (newest === undefined) throw this.#damaged(CLUSTER_FILE);
    const { from, older } = newest;
    if (from === undefined) return { file: newest.file, repair: undefined, older };
    const state = main === undefined ? "lost" : file === undefined ? "damaged" : "an old copy";
    return {
      file: this.#withAllUids(newest),
      repair: `${join(this.path, CLUSTER_FILE)} was ${state} and is restored from the folder of ${from}`,
      older,
    };
  }

  /** Undefined if there is none. */
  #readMain(): Parsed<ClusterFile> | undefined {
    try {
      const parsed = decodeClusterFile(this.#disk.read(CLUSTER_FILE));
      if (parsed.type === "otherFormat") this.#parsed(CLUSTER_FILE, parsed);
      return parsed;
    } catch (cause) {
      if (!(cause instanceof DiskError)) throw cause;
      if (cause.code === "ENOENT") return undefined;
      if (cause.code === "EIO") return { type: "damaged" };
      throw cause;
    }
  }

  #names(): string[] | undefined {
    try {
      return this.#calls.readdirSync(this.path);
    } catch (cause) {
      const code = errorCode(cause);
      if (code === "ENOENT") return undefined;
      if (code === "ENOTDIR") throw this.error("is not a folder: choose a new or an empty folder");
      return attempt("read", this.path, () => {
        throw cause;
      });
    }
  }

  /** The uid of a copy that is not the newest may be assigned already: no disk that is there may have a later one. */
  #withAllUids({ file }: NewestCopy): ClusterFile {
    const uids = this.folders.uids(file.cluster);
    return { ...file, lastUid: Math.max(file.lastUid, ...uids) };
  }

  #parsed<T>(name: string, parsed: Parsed<T>): T {
    switch (parsed.type) {
      case "file":
        return parsed.file;
      case "otherFormat":
        throw this.error(whyOtherFormat(parsed.format));
      case "damaged":
        throw this.#damaged(name);
      default:
        return parsed satisfies never;
    }
  }

  #damaged(name: string): DataDirectoryError {
    return this.error(
      `is damaged (${name}), and no node's folder has a copy: restore it from a copy taken while the cluster ` +
        "was stopped, or choose a new folder",
    );
  }
}

function sameNames(a: readonly NodeId[], b: readonly NodeId[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
