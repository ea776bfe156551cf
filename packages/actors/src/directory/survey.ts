import {
  atLeastAsUpToDate,
  initialMembership,
  type Index,
  type LogCopy,
  type LogPosition,
  type Membership,
  type NodeId,
  type Term,
} from "@kontiki/core";
import { endOfSource, type LogSource } from "./log-source.ts";
import type { MergedLog } from "./merge-logs.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** Adjacent entries of a log. */
export type EntryRange = {
  /** The first one. */
  readonly from: Index;
  /** The last one. */
  readonly to: Index;
};

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
      /** What was found damaged on its disk, or is not repaired yet; undefined if nothing was. */
      readonly damage: string | undefined;
      /** Where its log ended before it was damaged, if that is after its last entry; undefined if it is not. */
      readonly endedAt: Index | undefined;
      /** Entries that are intact after the damage. */
      readonly salvaged: readonly EntryRange[];
    }
  /** Its disk does not exist, or cannot be opened. */
  | {
      readonly type: "unreadable";
      readonly node: NodeId;
      readonly why: string;
      /** Entries that are intact all the same. */
      readonly salvaged: readonly EntryRange[];
    };

/** What a start would do with damaged files. A survey does not. */
const KEPT = /; kept as .*$/;

/** Compares what is on a node's disk. */
export function surveyed(node: NodeId, source: LogSource): SurveyedNode {
  const { recovered, copies } = source;
  const { index: lastIndex, term: lastTerm } = endOfSource(source);
  const salvaged = rangesAfter(copies, lastIndex);
  if (recovered === undefined) return { type: "unreadable", node, why: source.why ?? "", salvaged };
  const { hard, damage, horizon } = recovered;
  const lost = horizon === undefined ? undefined : "a part of its log is damaged";
  const endedAt = horizon !== undefined && horizon.index > lastIndex ? horizon.index : undefined;
  return {
    type: "readable",
    node,
    term: hard.term,
    lastIndex,
    lastTerm,
    damage: damage?.replace(KEPT, "") ?? lost,
    endedAt,
    salvaged,
  };
}

/** A disk that is not there, or is not that of the node. */
export function unreadable(node: NodeId, why: string): SurveyedNode {
  return { type: "unreadable", node, why, salvaged: [] };
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

/** The membership in force at the end of a log. */
export function membershipAt(
  { entries, snapshot }: Pick<MergedLog, "entries" | "snapshot">,
  voters: readonly NodeId[],
): Membership {
  const last = entries.findLast((entry) => entry.type === "membership");
  if (last?.type === "membership" && last.index > (snapshot?.index ?? 0)) return last.membership;
  return snapshot?.membership ?? initialMembership(voters);
}

function rangesAfter(
  copies: readonly LogCopy<CommandBytes>[],
  after: Index,
): readonly EntryRange[] {
  const ranges = copies.flatMap(({ pieces }) =>
    pieces
      .filter(({ lastIndex }) => lastIndex > after)
      .map(({ firstIndex, lastIndex }) => ({
        from: Math.max(firstIndex, after + 1) as Index,
        to: lastIndex,
      })),
  );
  const keys = ranges.map(({ from, to }) => `${from} ${to}`);
  return ranges.filter((_, at) => keys.indexOf(keys[at] ?? "") === at);
}

function positionOf({
  lastIndex,
  lastTerm,
}: SurveyedNode & { readonly type: "readable" }): LogPosition {
  return { index: lastIndex, term: lastTerm };
}
