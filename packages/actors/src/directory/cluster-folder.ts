import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { NodeId } from "@kontiki/core";
import {
  decodeClusterFile,
  DIRECTORY_FORMAT,
  encodeClusterFile,
  type ClusterFile,
  type NodeFile,
  type Parsed,
} from "./cluster-file.ts";
import { isLockName } from "./directory-lock.ts";
import { errorCode, KontikiError } from "../errors.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { NODE_FILE, NodeFolders } from "./node-folders.ts";
import { attempt, syncDirectory, type SystemCalls } from "../storage/disk/system-calls.ts";

/** A data directory cannot be used as requested. The message is one line and says what to do. */
export class DataDirectoryError extends KontikiError {
  override readonly name = "DataDirectoryError";
}

/** `unfinished`: its creation was interrupted before any node ran from it. */
export type FolderContent = "absent" | "empty" | "unfinished" | "made";

/** Creation ends by renaming the second to the first: before that the directory holds no cluster. */
const CLUSTER_FILE = "cluster.json";
const UNFINISHED_FILE = "creating.json";

/**
 * The files of a data directory: `cluster.json`, and a folder for each node with `node.json` and the node's log. Only
 * `look` may be called without the lock, which other code takes.
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
    const foreign = names.find((name) => !isLockName(name) && name !== `${UNFINISHED_FILE}.tmp`);
    if (foreign === undefined) return "empty";
    throw this.error(
      `is not empty and holds no cluster (there is "${foreign}"): choose a new or an empty folder`,
    );
  }

  /** Durably records what is about to be created. */
  begin(voters: readonly NodeId[]): void {
    const nodes = new Map(voters.map((node) => [node, 0]));
    const file = { cluster: randomUUID(), voters, nodes, lastUid: 0 };
    this.#disk.create(UNFINISHED_FILE, encodeClusterFile(file));
  }

  /** Completes what was begun. Each step may already have been done by an interrupted attempt. */
  complete(): void {
    const bytes = this.#disk.read(UNFINISHED_FILE);
    const { cluster, nodes } = this.#parsed(UNFINISHED_FILE, decodeClusterFile(bytes));
    for (const [node, uid] of nodes) this.folders.fill(node, { cluster, node, uid });
    const made = this.#disk.pathOf(CLUSTER_FILE);
    attempt("create", made, () => {
      syncDirectory(this.#calls, this.path);
      this.#calls.renameSync(this.#disk.pathOf(UNFINISHED_FILE), made);
      syncDirectory(this.#calls, this.path);
    });
  }

  /** Reads the cluster, and checks that its nodes are the `wanted` ones. Changes nothing. */
  read(wanted: readonly NodeId[] | undefined): ClusterFile {
    const bytes = this.#disk.read(CLUSTER_FILE);
    const file = this.#parsed(CLUSTER_FILE, decodeClusterFile(bytes));
    const nodes = [...file.nodes.keys()];
    if (wanted !== undefined && !sameNames(nodes, wanted)) {
      throw this.error(
        `holds the nodes ${nodes.join(", ")}, not ${wanted.join(", ")}: ` +
          "start it with the nodes it holds, or choose another folder",
      );
    }
    return file;
  }

  /** Checks each node's folder, completes interrupted changes, and deletes their remains. */
  settle({ cluster, nodes }: ClusterFile): void {
    for (const [node, uid] of nodes) this.#settleNode({ cluster, node, uid });
    this.folders.sweep(cluster, nodes);
  }

  /** Replaces `cluster.json`, durably. */
  write(file: ClusterFile): void {
    this.#disk.create(CLUSTER_FILE, encodeClusterFile(file));
  }

  error(what: string): DataDirectoryError {
    return new DataDirectoryError(`${this.path} ${what}`);
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

  /** A folder with an older disk than in `cluster.json` belongs to an interrupted wipe, which is completed now. */
  #settleNode(file: NodeFile): void {
    const { cluster, node, uid } = file;
    const found = this.#readNode(file);
    if (found === undefined) return;
    const wayOut = "restore the folder that belongs there";
    if (found.cluster !== cluster) {
      const other = `another cluster (${found.cluster}, not ${cluster})`;
      throw this.error(`has a folder ${node} of ${other}: ${wayOut}`);
    }
    if (found.node !== node) {
      throw this.error(`has a folder ${node} that belongs to node ${found.node}: ${wayOut}`);
    }
    if (found.uid > uid) {
      throw this.error(
        `has a folder ${node} that is newer than its ${CLUSTER_FILE}: restore the whole data ` +
          "directory from one copy taken while the cluster was stopped, or choose a new folder",
      );
    }
    if (found.uid < uid) this.folders.replace(file);
  }

  /** The contents of a node's `node.json`; undefined if a waiting new folder was just moved into place. */
  #readNode(file: NodeFile): NodeFile | undefined {
    const { node } = file;
    const parsed = this.folders.read(node);
    const name = join(node, NODE_FILE);
    if (parsed !== undefined) return this.#parsed(name, parsed);
    if (!this.folders.isThere(node) && this.folders.finish(file)) return undefined;
    throw this.error(
      `lacks ${name}: a node that has forgotten its promises must not run again; ` +
        "restore the whole data directory from one copy taken while the cluster was stopped, " +
        "or choose a new folder",
    );
  }

  #parsed<T>(name: string, parsed: Parsed<T>): T {
    switch (parsed.type) {
      case "file":
        return parsed.file;
      case "otherFormat":
        throw this.error(
          `has format ${parsed.format} and this version reads format ${DIRECTORY_FORMAT}: ` +
            (parsed.format > DIRECTORY_FORMAT
              ? "use the version of Kontiki that wrote it, or a later one"
              : "it is of a version before the first release; choose a new folder"),
        );
      case "damaged":
        throw this.error(
          `is damaged (${name}): restore it from a copy taken while the cluster was stopped, ` +
            "or choose a new folder",
        );
      default:
        return parsed satisfies never;
    }
  }
}

function sameNames(a: readonly NodeId[], b: readonly NodeId[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
