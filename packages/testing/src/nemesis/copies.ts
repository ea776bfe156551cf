import type { LogPosition, NodeId } from "@kontiki/core";
import { nameOf, type Holdings, type Lacks, type Loss } from "../engine/loss.ts";

/** The nodes of which some may lack entries, with what each of them has. */
export type Holders = ReadonlyMap<NodeId, Holdings>;

/** What the holders would have if one of them lost this. */
export function withLoss(holders: Holders, node: NodeId, loss: Loss): Holders {
  const held = holders.get(node);
  if (held === undefined) return holders;
  return new Map(holders).set(node, afterLoss(held, loss));
}

/**
 * Those that get back everything that they lack, without a leader, from other holders.
 *
 * A node asks for the entries after its log's last one and takes only those that were certainly in its own log: both logs have
 * an entry of one term at or after them. So each entry that it lacks must be intact on another disk, and those that are lost
 * side by side must have one term: the node knows the term of the last one, from the next intact batch or from the promise
 * file, and so does each disk that has one of them.
 */
export function mendable(holders: Holders): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  for (const [node, { lacks }] of holders) {
    const others = [...holders].filter(([other]) => other !== node).map(([, held]) => held);
    if (lacks !== undefined && hasAll(lacks, others)) found.add(node);
  }
  return found;
}

function hasAll({ entries, upTo }: Lacks, others: readonly Holdings[]): boolean {
  const isThere = (entry: LogPosition): boolean =>
    others.some((other) => other.entries.has(nameOf(entry)));
  if (upTo > 0 && !others.some(({ snapshot }) => snapshot >= upTo)) return false;
  return entries.every(isThere) && holesHaveOneTerm(entries);
}

function holesHaveOneTerm(entries: readonly LogPosition[]): boolean {
  const sorted = entries.toSorted((one, other) => one.index - other.index);
  return sorted.every(({ index, term }, at) => {
    const before = sorted[at - 1];
    return before === undefined || before.index < index - 1 || before.term === term;
  });
}

function afterLoss(held: Holdings, loss: Loss): Holdings {
  // Recovery leaves out everything before a lost write that may have cut the log.
  if (loss.isObscure) return { entries: new Set(), snapshot: held.snapshot, lacks: undefined };
  const entries = new Set(held.entries);
  for (const entry of loss.entries) entries.delete(nameOf(entry));
  const isSnapshotLost = loss.snapshot > 0 && loss.snapshot >= held.snapshot;
  const snapshot = isSnapshotLost ? 0 : held.snapshot;
  if (held.lacks === undefined) return { entries, snapshot, lacks: undefined };
  const upTo = isSnapshotLost ? Math.max(held.lacks.upTo, loss.snapshot) : held.lacks.upTo;
  const covered = Math.max(upTo, snapshot);
  const lacking = [...held.lacks.entries, ...loss.entries];
  return {
    entries,
    snapshot,
    lacks: { entries: lacking.filter(({ index }) => index > covered), upTo },
  };
}
