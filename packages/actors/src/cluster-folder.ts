import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { NodeId } from "@kontiki/core";
import {
  decodeClusterFile,
  decodeNodeFile,
  DIRECTORY_FORMAT,
  encodeClusterFile,
  encodeNodeFile,
  type ClusterFile,
  type Parsed,
} from "./cluster-file.ts";
import { isLockName } from "./directory-lock.ts";
import { DiskError } from "./disk.ts";
import { KontikiError } from "./errors.ts";
import { FileDisk } from "./file-disk.ts";
import { createWal, hasWal } from "./open-wal.ts";
import { attempt, errorCode, syncDirectory, type SystemCalls } from "./system-calls.ts";

/** A data directory cannot be used as asked. The message is one line and says what to do. */
export class DataDirectoryError extends KontikiError {
  override readonly name = "DataDirectoryError";
}

/** `unfinished`: somebody began to make it and was cut short, before any node ran from it. */
export type FolderContent = "absent" | "empty" | "unfinished" | "made";

/** Making it ends with renaming one into the other: before that nothing counts as there. */
const CLUSTER_FILE = "cluster.json";
const UNFINISHED_FILE = "creating.json";
const NODE_FILE = "node.json";

/**
 * The files of a data directory: `cluster.json`, and a folder for each node with `node.json` and
 * the node's log. Who may touch them is settled elsewhere: only `look` may be called without the
 * lock.
 *
 * Every call throws a DataDirectoryError for what a person must mend, a DiskError where the
 * operating system refuses.
 */
export class ClusterFolder {
  readonly path: string;
  readonly #calls: SystemCalls;
  readonly #disk: FileDisk;

  constructor(path: string, calls: SystemCalls) {
    this.path = path;
    this.#calls = calls;
    this.#disk = new FileDisk(path, calls);
  }

  /** What is there. Refuses what is no folder, and a folder that holds something of others. */
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

  /** Says durably what is about to be made here. */
  begin(nodes: readonly NodeId[]): void {
    this.#disk.create(UNFINISHED_FILE, encodeClusterFile({ cluster: randomUUID(), nodes }));
  }

  /** Makes what was begun. Each step may find its work done by an attempt that was cut short. */
  complete(): void {
    const bytes = this.#disk.read(UNFINISHED_FILE);
    const { cluster, nodes } = this.#parsed(UNFINISHED_FILE, decodeClusterFile(bytes));
    for (const node of nodes) {
      const folder = join(this.path, node);
      attempt("create", folder, () => this.#calls.mkdirSync(folder, { recursive: true }));
      const disk = new FileDisk(folder, this.#calls);
      if (!hasWal(disk)) createWal(disk);
      disk.create(NODE_FILE, encodeNodeFile({ cluster, node }));
    }
    const made = this.#disk.pathOf(CLUSTER_FILE);
    attempt("create", made, () => {
      syncDirectory(this.#calls, this.path);
      this.#calls.renameSync(this.#disk.pathOf(UNFINISHED_FILE), made);
      syncDirectory(this.#calls, this.path);
    });
  }

  /** Reads which cluster is here, and checks that it has its nodes' folders and `wanted` nodes. */
  read(wanted: readonly NodeId[] | undefined): ClusterFile {
    const bytes = this.#disk.read(CLUSTER_FILE);
    const file = this.#parsed(CLUSTER_FILE, decodeClusterFile(bytes));
    if (wanted !== undefined && !sameNames(file.nodes, wanted)) {
      throw this.error(
        `holds the nodes ${file.nodes.join(", ")}, not ${wanted.join(", ")}: ` +
          "start it with the nodes it holds, or choose another folder",
      );
    }
    for (const node of file.nodes) this.#checkNode(file.cluster, node);
    return file;
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

  #checkNode(cluster: string, node: NodeId): void {
    const name = join(node, NODE_FILE);
    const found = this.#parsed(name, decodeNodeFile(this.#readNodeFile(name)));
    const wayOut = "put back the folder that belongs there";
    if (found.cluster !== cluster) {
      const other = `another cluster (${found.cluster}, not ${cluster})`;
      throw this.error(`has a folder ${node} of ${other}: ${wayOut}`);
    }
    if (found.node !== node) {
      throw this.error(`has a folder ${node} that belongs to node ${found.node}: ${wayOut}`);
    }
  }

  #readNodeFile(name: string): Uint8Array {
    try {
      return this.#disk.read(name);
    } catch (cause) {
      if (!(cause instanceof DiskError) || cause.code !== "ENOENT") throw cause;
      throw this.error(
        `lacks ${name}: a node that has forgotten what it promised must not come back; ` +
          "restore the whole data directory from one copy taken while the cluster was stopped, " +
          "or choose a new folder",
      );
    }
  }

  #parsed<T>(name: string, parsed: Parsed<T>): T {
    switch (parsed.type) {
      case "file":
        return parsed.file;
      case "newer":
        throw this.error(
          `has format ${parsed.format} and this version reads format ${DIRECTORY_FORMAT}: ` +
            "use the version of Kontiki that wrote it, or a later one",
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
