import {
  atLeastAsUpToDate,
  initialMembership,
  type Index,
  type LogPosition,
  type Membership,
  type NodeId,
  type Term,
} from "@kontiki/core";
import type { Disk } from "../storage/disk/disk.ts";
import { KontikiError, messageOf } from "../errors.ts";
import { openStorage } from "../storage/recovery/open-storage.ts";
import type { Recovered } from "../storage/storage.ts";
import { UnchangedDisk } from "../storage/disk/unchanged-disk.ts";

/** What the disk of a node holds, for comparing stopped nodes. */
export type SurveyedNode =
  | {
      readonly type: "readable";
      /** The node. */
      readonly node: NodeId;
      /** The latest term that it has seen. */
      readonly term: Term;
      /** The last entry of its log, 0 for none. */
      readonly lastIndex: Index;
      /** The term of that entry. */
      readonly lastTerm: Term;
      /** What was found damaged in its log and removed; undefined if nothing was. */
      readonly damage: string | undefined;
    }
  /** Its disk does not exist, or cannot be read. */
  | { readonly type: "unreadable"; readonly node: NodeId; readonly why: string };

/** Reads a node's disk without changing it. */
export function survey(node: NodeId, open: () => Disk): SurveyedNode {
  try {
    const { storage, recovered } = openStorage(new UnchangedDisk(open()));
    storage.close();
    const { index: lastIndex, term: lastTerm } = lastOf(recovered);
    const { hard, damage, horizon } = recovered;
    const lost = horizon === undefined ? undefined : "a part of its log was damaged and removed";
    return {
      type: "readable",
      node,
      term: hard.term,
      lastIndex,
      lastTerm,
      damage: damage ?? lost,
    };
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return { type: "unreadable", node, why: messageOf(error) };
  }
}

/**
 * The node whose log is at least as up to date as all others that can be read (§5.4.1). It holds every committed entry
 * that any of them holds, if none is damaged.
 */
export function bestOf(nodes: readonly SurveyedNode[]): NodeId | undefined {
  let best: (SurveyedNode & { readonly type: "readable" }) | undefined;
  for (const found of nodes) {
    if (found.type !== "readable") continue;
    if (best === undefined || !atLeastAsUpToDate(positionOf(best), positionOf(found))) best = found;
  }
  return best?.node;
}

/** The last position of a recovered log. */
export function lastOf({ entries, base }: Recovered): LogPosition {
  return entries.at(-1) ?? base;
}

/** The membership in force according to a recovered log and snapshot. */
export function membershipIn(
  { entries, snapshot }: Recovered,
  voters: readonly NodeId[],
): Membership {
  const last = entries.findLast((entry) => entry.type === "membership");
  if (last?.type === "membership" && last.index > (snapshot?.index ?? 0)) return last.membership;
  return snapshot?.membership ?? initialMembership(voters);
}

function positionOf({
  lastIndex,
  lastTerm,
}: SurveyedNode & { readonly type: "readable" }): LogPosition {
  return { index: lastIndex, term: lastTerm };
}
