import { membersOf, type Index, type NodeId, type Term } from "@kontiki/core";
import { absolutePath } from "./absolute-path.ts";
import type { ClusterFile } from "./cluster-file.ts";
import { ClusterFolder } from "./cluster-folder.ts";
import { KontikiError } from "../errors.ts";
import { checkArgument } from "../options/argument.ts";
import { someNode } from "../options/node-names.ts";
import { folder as folderRule } from "../options/rules.ts";
import { readDisks, type ReadDisks } from "./lost-disks.ts";
import { refusingUnwritable, withLock, type DirectorySystem } from "./lock-directory.ts";
import { mergeLogs, type EntriesFrom, type LeftOut, type MergedLog } from "./merge-logs.ts";
import { refuseUnfitPlatform } from "./platform.ts";
import { PROCESSES } from "./processes.ts";
import { settle } from "./settle-directory.ts";
import { installRecovery } from "./stage-recovery.ts";
import { bestOf, membershipAt, type EntryRange, type SurveyedNode } from "./survey.ts";
import { SYSTEM_CALLS } from "../storage/disk/system-calls.ts";

/** The result of recovering a cluster from one node, or from several disks. */
export type RecoveredCluster = {
  /** The node that is now the whole cluster. Its disk is a new one. */
  readonly node: NodeId;
  /** The log entry that records this. */
  readonly index: Index;
  /** The present names of the old folders, inside the data directory; that of the node is among them. */
  readonly putAside: readonly string[];
};

/** What a recovery keeps and loses. */
export type RecoveryPlan = {
  /** The last entry of the snapshot that the log begins with; 0 without one. */
  readonly snapshot: Index;
  /** The entries after it, by the folders of the disks that have them intact. */
  readonly entries: readonly EntriesFrom[];
  /** The last entry. */
  readonly lastIndex: Index;
  /** Its term. */
  readonly lastTerm: Term;
  /** Entries of this log that are lost, because no disk that is used has the first one intact; undefined if none is. */
  readonly lost: EntryRange | undefined;
  /** Intact entries that are not part of it. */
  readonly leftOut: readonly LeftOut[];
};

/**
 * The data directory of a cluster that has permanently lost a majority of its nodes, locked by this process until it is
 * closed. Nothing is changed before {@link recover} or {@link merge}.
 */
export interface LostCluster {
  /** What each node's disk holds, in the order in which the nodes were added. */
  readonly nodes: readonly SurveyedNode[];
  /** The node whose log is the most up to date; undefined if none can be read. */
  readonly best: NodeId | undefined;
  /** What {@link recover} of this node would keep; without one, what {@link merge} would. */
  plan(node?: NodeId): RecoveryPlan;
  /**
   * Makes `node` the whole cluster, with a membership entry at the end of its log that no majority has agreed to.
   * Acknowledged commands that this node does not hold are lost; commands that it holds and that were never
   * acknowledged take effect.
   *
   * The node gets a new disk with a copy of what it holds. All old folders are set aside, not removed, and must never be
   * used with this cluster again. A crash leaves either the cluster as before or the recovered one.
   *
   * @throws KontikiError when there is no such node, or its disk cannot be used.
   */
  recover(node: NodeId): RecoveredCluster;
  /**
   * Does the same with the longest log that all disks together have intact. Only entries that certainly belong to one log
   * are combined; of several logs it takes the one that an election would choose.
   *
   * @param node the node that the cluster continues with: by default {@link best}, or else the first one.
   * @throws KontikiError when there is no such node, or no disk has anything intact.
   */
  merge(node?: NodeId): RecoveredCluster;
  /** Lets other processes open the directory. */
  close(): void;
}

/**
 * Opens the data directory at `path` for a recovery, and locks it. A recovery that a crash interrupted is completed.
 *
 * @throws DataDirectoryError when it is in use, holds no cluster, or no intact copy of its `cluster.json` is left.
 */
export function openLostCluster(
  path: string,
  system: DirectorySystem = { calls: SYSTEM_CALLS, processes: PROCESSES },
): LostCluster {
  checkArgument("openLostCluster", "path", folderRule, path);
  const folder = new ClusterFolder(absolutePath(path), system.calls);
  refuseUnfitPlatform(folder, system.platform);
  return refusingUnwritable(() => {
    if (folder.look() !== "made") throw folder.error("holds no cluster");
    return withLock(folder, system, (release) => {
      const found = folder.read(undefined);
      const file = found.file.setAside.length === 0 ? found.file : settle(folder, found).file;
      return new OpenLostCluster(folder, file, release);
    });
  });
}

/**
 * Makes one node of a data directory the whole cluster, after a majority was permanently lost. See {@link LostCluster}.
 *
 * @throws KontikiError when the directory is in use, has no such node, or its disk cannot be used.
 *
 * @example
 * ```ts
 * import { recoverDataDirectory } from "@kontiki/actors";
 *
 * const { putAside } = recoverDataDirectory("./kontiki-data", "n2");
 * console.log(putAside); // [ "n1.removed-1", "n2.removed-1", "n3.removed-1" ]
 * ```
 */
export function recoverDataDirectory(path: string, node: string): RecoveredCluster {
  checkArgument("recoverDataDirectory", "path", folderRule, path);
  checkArgument("recoverDataDirectory", "node", someNode, node);
  const lost = openLostCluster(path);
  try {
    return lost.recover(node as NodeId);
  } finally {
    lost.close();
  }
}

class OpenLostCluster implements LostCluster {
  readonly nodes: readonly SurveyedNode[];
  readonly best: NodeId | undefined;
  readonly close: () => void;
  readonly #folder: ClusterFolder;
  readonly #disks: ReadDisks;
  #file: ClusterFile;

  constructor(folder: ClusterFolder, file: ClusterFile, release: () => void) {
    this.#folder = folder;
    this.#file = file;
    this.#disks = readDisks(folder, file);
    this.nodes = this.#disks.nodes;
    this.best = bestOf(this.nodes);
    this.close = release;
  }

  plan(node?: NodeId): RecoveryPlan {
    if (node !== undefined) checkArgument("LostCluster.plan", "node", someNode, node);
    const { snapshot, parts, last, lost, leftOut } = this.#logOf(node);
    return {
      snapshot: snapshot?.index ?? (0 as Index),
      entries: parts,
      lastIndex: last.index,
      lastTerm: last.term,
      lost,
      leftOut,
    };
  }

  recover(node: NodeId): RecoveredCluster {
    checkArgument("LostCluster.recover", "node", someNode, node);
    const log = this.#logOf(node);
    const done = this.#alreadyAlone(node, log);
    return done ?? this.#install(node, log);
  }

  merge(node?: NodeId): RecoveredCluster {
    if (node !== undefined) checkArgument("LostCluster.merge", "node", someNode, node);
    const [first] = this.#file.nodes.keys();
    const chosen = node ?? this.best ?? first;
    if (chosen === undefined || !this.#file.nodes.has(chosen)) throw this.#unknown(chosen ?? "");
    const log = this.#logOf(undefined);
    return this.#alreadyAlone(chosen, log) ?? this.#install(chosen, log);
  }

  /** What is intact of one node's disk, or of all disks. */
  #logOf(node: NodeId | undefined): MergedLog {
    if (node === undefined) {
      if (this.#disks.sources.size === 0)
        throw new KontikiError(`no disk in ${this.#folder.path} can be read`);
      return mergeLogs([...this.#disks.sources.values()]);
    }
    if (!this.#file.nodes.has(node)) throw this.#unknown(node);
    const source = this.#disks.sources.get(node);
    const found = this.nodes.find((one) => one.node === node);
    if (source?.recovered === undefined)
      throw new KontikiError(found?.type === "unreadable" ? found.why : `${node} cannot be read`);
    return mergeLogs([source]);
  }

  #install(node: NodeId, log: MergedLog): RecoveredCluster {
    const all = [...this.#disks.sources.values()];
    const term = Math.max(0, ...all.map((source) => source.term)) as Term;
    const recovery = { node, log, sources: all, term };
    const { index, aside } = installRecovery(this.#folder, this.#file, recovery);
    this.#file = this.#folder.read(undefined).file;
    return { node, index: index as Index, putAside: aside };
  }

  /** A repetition changes nothing. */
  #alreadyAlone(node: NodeId, log: MergedLog): RecoveredCluster | undefined {
    const { nodes, voters } = this.#file;
    const recovered = this.#disks.sources.get(node)?.recovered;
    const members = membersOf(membershipAt(log, voters));
    const isAlone = nodes.size === 1 && members.length === 1 && members[0] === node;
    if (!isAlone || recovered === undefined || recovered.horizon !== undefined) return undefined;
    return { node, index: log.last.index, putAside: [] };
  }

  #unknown(node: string): KontikiError {
    const names = [...this.#file.nodes.keys()].join(", ");
    return new KontikiError(`there is no node ${node} in ${this.#folder.path}: there are ${names}`);
  }
}
