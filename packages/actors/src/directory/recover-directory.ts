import { join, resolve } from "node:path";
import {
  indexAfter,
  nextTerm,
  sameMembership,
  TERM_ZERO,
  type Index,
  type LogPosition,
  type Membership,
  type NodeId,
} from "@kontiki/core";
import type { ClusterFile } from "./cluster-file.ts";
import { ClusterFolder } from "./cluster-folder.ts";
import { KontikiError } from "../errors.ts";
import { checkArgument } from "../options/argument.ts";
import { someNode } from "../options/node-names.ts";
import { folder as folderRule } from "../options/rules.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { refusingUnwritable, withLock, type DirectorySystem } from "./lock-directory.ts";
import { openStorage } from "../storage/recovery/open-storage.ts";
import type { Recovered, Storage } from "../storage/storage.ts";
import { refuseUnfitPlatform } from "./platform.ts";
import { PROCESSES } from "./processes.ts";
import { bestOf, lastOf, membershipIn, survey, type SurveyedNode } from "./survey.ts";
import { SYSTEM_CALLS, type SystemCalls } from "../storage/disk/system-calls.ts";

/** The result of recovering a cluster from one node. */
export type RecoveredCluster = {
  /** The node that is now the whole cluster. */
  readonly node: NodeId;
  /** The log entry that records this. */
  readonly index: Index;
  /** The present names of the other nodes' folders, inside the data directory. */
  readonly putAside: readonly string[];
};

/**
 * The data directory of a cluster that has permanently lost a majority of its nodes, locked by this process until it is
 * closed. Nothing is changed before {@link recover}.
 */
export interface LostCluster {
  /** What each node's disk holds, in the order in which the nodes were added. */
  readonly nodes: readonly SurveyedNode[];
  /** The node whose log is the most up to date; undefined if none can be read. */
  readonly best: NodeId | undefined;
  /**
   * Makes `node` the whole cluster, with a membership entry at the end of its log that no majority has agreed to.
   * Acknowledged commands that this node does not hold are lost; commands that it holds and that were never
   * acknowledged take effect. The other nodes' folders are set aside, not removed, and must never be used with this
   * cluster again. A crash leaves either the cluster as before, or one that cannot be opened until this is repeated.
   *
   * @throws KontikiError when there is no such node, or its disk cannot be used.
   */
  recover(node: NodeId): RecoveredCluster;
  /** Lets other processes open the directory. */
  close(): void;
}

/**
 * Opens the data directory at `path` for {@link LostCluster.recover}, and locks it.
 *
 * @throws DataDirectoryError when it is in use, holds no cluster, or its `cluster.json` cannot be read.
 */
export function openLostCluster(
  path: string,
  system: DirectorySystem = { calls: SYSTEM_CALLS, processes: PROCESSES },
): LostCluster {
  checkArgument("openLostCluster", "path", folderRule, path);
  const folder = new ClusterFolder(resolve(path), system.calls);
  refuseUnfitPlatform(folder, system.platform);
  return refusingUnwritable(() => {
    if (folder.look() !== "made") throw folder.error("holds no cluster");
    return withLock(folder, system, (release) => {
      const { file } = folder.read(undefined);
      const nodes = [...file.nodes].map(([node, uid]) =>
        survey(node, () => openNode(folder, system.calls, file, node, uid)),
      );
      return {
        nodes,
        best: bestOf(nodes),
        recover: (node: NodeId) => {
          checkArgument("LostCluster.recover", "node", someNode, node);
          return recover(folder, system.calls, file, node);
        },
        close: release,
      };
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
 * console.log(putAside); // [ "n1.removed-1", "n3.removed-1" ]
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

/**
 * Sets the other folders aside first: from then on the directory is rejected because it lacks nodes, until recovery is
 * complete. So at no time could both this node and a majority of the others be started.
 */
function recover(
  folder: ClusterFolder,
  calls: SystemCalls,
  file: ClusterFile,
  node: NodeId,
): RecoveredCluster {
  const uid = file.nodes.get(node);
  if (uid === undefined) {
    const names = [...file.nodes.keys()].join(", ");
    throw new KontikiError(`there is no node ${node} in ${folder.path}: there are ${names}`);
  }
  const { storage, recovered } = openStorage(openNode(folder, calls, file, node, uid));
  try {
    const others = [...file.nodes.keys()].filter((other) => other !== node);
    const there = others.filter((other) => folder.folders.isThere(other));
    const putAside = there.map((other) => folder.folders.putAside(other, "removed"));
    const before = membershipIn(recovered, file.voters);
    const lastUid = Math.max(before.lastUid, file.lastUid);
    const after = alone(node, uid, lastUid);
    const isDone = sameMembership(before, after) && recovered.horizon === undefined;
    const { index } = isDone ? lastOf(recovered) : appendMembership(storage, recovered, after);
    folder.write(
      { ...file, nodes: new Map([[node, uid]]), lastUid, version: file.version + 1 },
      new Map(),
    );
    return { node, index, putAside };
  } finally {
    storage.close();
  }
}

/** Appends it durably. A log that lost entries counts as intact from here on: no other node could repair it. */
function appendMembership(
  storage: Storage,
  recovered: Recovered,
  membership: Membership,
): LogPosition {
  const { hard, horizon } = recovered;
  // A server that never saw a term has voted in none, so it may start in the first one.
  const first = { term: nextTerm(TERM_ZERO), votedFor: undefined };
  const { term } = hard.term === TERM_ZERO ? first : hard;
  if (hard.term === TERM_ZERO) storage.saveHardState(first);
  const index = indexAfter(lastOf(recovered).index);
  storage.append([{ type: "membership", index, term, membership }]);
  if (horizon !== undefined) storage.forgetHorizon();
  storage.flush();
  storage.sync();
  return { index, term };
}

/** Only this node, with no other members or promotions. */
function alone(node: NodeId, uid: number, lastUid: number): Membership {
  return {
    voters: [node],
    outgoing: [],
    learners: [],
    learnersNext: [],
    promotions: [],
    uids: uid === 0 ? {} : { [node]: uid },
    lastUid,
  };
}

/** The disk of a node, if its folder has the uid of `cluster.json`. */
function openNode(
  folder: ClusterFolder,
  calls: SystemCalls,
  { cluster }: ClusterFile,
  node: NodeId,
  uid: number,
): FileDisk {
  const found = folder.folders.read(node);
  if (found?.type !== "file") throw folder.error(`has no node ${node} that can be read`);
  if (found.file.cluster !== cluster || found.file.node !== node)
    throw folder.error(`has a folder ${node} that belongs to another node or cluster`);
  if (found.file.uid !== uid) throw folder.error(`has a folder ${node} that was being wiped`);
  return new FileDisk(join(folder.path, node), calls);
}
