import {
  indexAfter,
  nextTerm,
  positionOf,
  TERM_ZERO,
  type Entry,
  type LogPosition,
  type Membership,
  type NodeId,
  type Term,
} from "@kontiki/core";
import type { ClusterFile } from "./cluster-file.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { KontikiError } from "../errors.ts";
import type { LogSource } from "./log-source.ts";
import type { MergedLog } from "./merge-logs.ts";
import { readSnapshot } from "./merge-snapshot.ts";
import { settle } from "./settle-directory.ts";
import { openStorage, type OpenedStorage } from "../storage/recovery/open-storage.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { membershipAt } from "./survey.ts";

/** Bytes of commands in one batch of the new log. */
const BATCH_BYTES = 1024 * 1024;

/** What a recovered cluster continues with. */
export type Recovery = {
  readonly node: NodeId;
  readonly log: MergedLog;
  /** The disks that the log and its snapshot are read from. */
  readonly sources: readonly LogSource[];
  /** The latest term that any node is known to have seen. */
  readonly term: Term;
};

/**
 * Makes a node with a copy of this log the entire cluster, and sets all old folders aside.
 *
 * The new disk is complete, under another name, before `cluster.json` names it: that is the moment at which the cluster is
 * another one. What is left to do then is done by the next start if a crash prevents it here.
 *
 * @returns the index of the entry that makes the node the entire cluster, and the new names of the old folders.
 */
export function installRecovery(
  folder: ClusterFolder,
  file: ClusterFile,
  recovery: Recovery,
): { readonly index: number; readonly aside: readonly string[] } {
  const { node } = recovery;
  const before = membershipAt(recovery.log, file.voters);
  const uid = Math.max(before.lastUid, file.lastUid) + 1;
  const staged = folder.folders.begin({ cluster: file.cluster, node, uid });
  const opened = openStorage(folder.folders.at(staged).disk);
  let index: number;
  try {
    index = writeLog(opened, recovery, alone(node, uid));
  } finally {
    opened.storage.close();
  }
  const next: ClusterFile = {
    ...file,
    nodes: new Map([[node, uid]]),
    lastUid: uid,
    version: file.version + 1,
    setAside: [...file.nodes.keys()],
  };
  // The folder that has the node's name is still the old one: it gets no copy.
  folder.write(next, new Map([[node, staged]]));
  const { aside } = settle(folder, { file: next, repair: undefined, older: [] });
  return { index, aside };
}

/** Writes it durably, and returns the index of its last entry. */
function writeLog(
  { storage, snapshots }: OpenedStorage,
  { log, sources, term }: Recovery,
  membership: Membership,
): number {
  const { snapshot, entries, last } = log;
  if (snapshot !== undefined) {
    let state: string = "more";
    readSnapshot(snapshot, sources, (offset, bytes) => {
      if (state === "more") state = snapshots.receive(snapshot, offset, bytes);
    });
    if (state !== "whole")
      throw new KontikiError(
        `the snapshot up to entry ${snapshot.index} cannot be copied: a disk has changed, or is damaged further`,
      );
    storage.reset(positionOf(snapshot));
  }
  // No node voted in this term, so the next election is in a later one.
  storage.saveHardState({ term: laterTerm(term, last), votedFor: undefined });
  for (const batch of batchesOf(entries)) {
    storage.append(batch);
    storage.flush();
    storage.sync();
  }
  const index = indexAfter(last.index);
  storage.append([{ type: "membership", index, term: laterTerm(term, last), membership }]);
  storage.flush();
  storage.sync();
  return index;
}

function laterTerm(term: Term, last: LogPosition): Term {
  return nextTerm(Math.max(TERM_ZERO, term, last.term) as Term);
}

function* batchesOf(
  entries: readonly Entry<CommandBytes>[],
): Generator<readonly Entry<CommandBytes>[]> {
  let batch: Entry<CommandBytes>[] = [];
  let bytes = 0;
  for (const entry of entries) {
    batch.push(entry);
    bytes += entry.type === "command" ? entry.command.length : 0;
    if (bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Only this node, with no other members or promotions. */
export function alone(node: NodeId, uid: number): Membership {
  return {
    voters: [node],
    outgoing: [],
    learners: [],
    learnersNext: [],
    promotions: [],
    uids: uid === 0 ? {} : { [node]: uid },
    lastUid: uid,
  };
}
