import { join } from "node:path";
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
import {
  attempt,
  syncDirectory,
  writeAll,
  type SystemCalls,
} from "../storage/disk/system-calls.ts";
import { createWal, hasWal } from "../storage/wal/open-wal.ts";

/** The file in a node's folder that says whose it is. */
export const NODE_FILE = "node.json";

/** The cluster's file, of which each node's folder has a copy. */
export const CLUSTER_FILE = "cluster.json";

/**
 * One folder of a node in a data directory, under whatever name, which may be absent: the node's log, `node.json`, and a copy of
 * `cluster.json`.
 */
export class NodeFolder {
  /** The disk in it. */
  readonly disk: FileDisk;
  readonly #directory: string;
  readonly #name: string;
  readonly #path: string;
  readonly #calls: SystemCalls;

  /** @param directory the data directory. */
  constructor(directory: string, name: string, calls: SystemCalls) {
    this.#directory = directory;
    this.#name = name;
    this.#path = join(directory, name);
    this.#calls = calls;
    this.disk = new FileDisk(this.#path, calls);
  }

  /** Writes an empty log and `node.json` to it, and creates it if needed. Both may exist already. */
  fill(file: NodeFile): void {
    attempt("create", this.#path, () => this.#calls.mkdirSync(this.#path, { recursive: true }));
    if (!hasWal(this.disk)) createWal(this.disk);
    this.identify(file);
  }

  /** Writes `node.json` again. */
  identify(file: NodeFile): void {
    this.disk.create(NODE_FILE, encodeNodeFile(file));
  }

  /** The contents of `node.json`; undefined if there is no such file. */
  read(): Parsed<NodeFile> | undefined {
    try {
      return decodeNodeFile(this.disk.read(NODE_FILE));
    } catch (cause) {
      if (cause instanceof DiskError && (cause.code === "ENOENT" || cause.code === "ENOTDIR"))
        return undefined;
      throw cause;
    }
  }

  /** Whose it is, and which disk is in it; undefined if `node.json` does not tell. */
  owner(): NodeFile | undefined {
    try {
      const found = this.read();
      return found?.type === "file" ? found.file : undefined;
    } catch (cause) {
      if (cause instanceof DiskError) return undefined;
      throw cause;
    }
  }

  /** The copy of `cluster.json`. What cannot be read is no copy. */
  copy(): ClusterFile | undefined {
    try {
      const parsed = decodeClusterFile(this.disk.read(CLUSTER_FILE), this.#name);
      return parsed.type === "file" ? parsed.file : undefined;
    } catch (cause) {
      if (cause instanceof DiskError) return undefined;
      throw cause;
    }
  }

  /**
   * Writes a copy of `cluster.json` into it. Its unfinished file is not in there: a thread that opens the node's disk
   * removes those.
   */
  writeCopy(file: ClusterFile): void {
    const unfinished = join(this.#directory, `${CLUSTER_FILE}.tmp`);
    attempt("write", this.#path, () => {
      const fd = this.#calls.openSync(unfinished, "w");
      try {
        writeAll(this.#calls, fd, encodeClusterFile(file, this.#name), 0);
        this.#calls.fsyncSync(fd);
      } finally {
        this.#calls.closeSync(fd);
      }
      this.#calls.renameSync(unfinished, this.disk.pathOf(CLUSTER_FILE));
      syncDirectory(this.#calls, this.#path);
    });
  }

  /** Whether files of it were set aside because of damage. */
  holdsDamage(): boolean {
    return setAsideOn(this.disk).length > 0;
  }
}
