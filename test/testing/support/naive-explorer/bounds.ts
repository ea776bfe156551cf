import { nodeId, type Config } from "@kontiki/core";

/** Bounds of a search, without defaults. */
export type NaiveBounds = {
  readonly nodes: number;
  readonly voters: number;
  /** The terms of the entries that each log begins with. */
  readonly logs?: readonly (readonly number[])[];
  readonly terms: number;
  readonly proposals: number;
  readonly crashes: number;
  readonly drops: number;
  readonly duplicates: number;
  readonly heartbeats: number;
  readonly damage: number;
  readonly reads: number;
  readonly changes: number;
  readonly transfers: number;
  readonly snapshots: number;
  readonly wipes: number;
  readonly obituaries: number;
  readonly inflight: number;
  readonly asyncDisk: boolean;
  readonly config: Partial<Pick<Config, "leases" | "noop" | "quorumBeats" | "preVote">>;
};

/** What a run may spend. */
export const BUDGETS = [
  "proposals",
  "crashes",
  "drops",
  "duplicates",
  "heartbeats",
  "damage",
  "reads",
  "changes",
  "transfers",
  "snapshots",
  "wipes",
  "obituaries",
] as const;

export type Spent = Record<(typeof BUDGETS)[number], number>;

/** The names of the servers, of which a search has the first. */
export const NAMES = ["a", "b", "c"].map(nodeId);
