import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { FaultAtlas } from "./atlas.ts";
import type { Holds } from "./holds.ts";

/** What one fault has to do with. */
export type Stage = {
  readonly target: FaultTarget;
  readonly cluster: ClusterSettings;
  readonly counters: Counters;
  readonly atlas: FaultAtlas;
  readonly holds: Holds;
  /** A stream for this fault alone. */
  readonly chance: Chance;
  /** How long it is to last, in ms; undefined for until all faults end. */
  readonly forMs: number | undefined;
  /** Calls back after `ms`, unless the fault is over by then. */
  readonly after: (ms: number, callback: () => void) => void;
  /** Says that it begins, and for whom, before it does anything that others tell of; else that is said when it has begun. */
  readonly announce: (nodes: readonly string[]) => void;
  /** Says that it is over by itself. Does nothing when it is over already. */
  readonly over: () => void;
};

/** A fault in force: what it is about, and how to end it. */
export type Begun = {
  /** Nodes, and clients where it names them. */
  readonly nodes: readonly string[];
  /** Called once. */
  readonly end: () => void;
};

/** A fault that cannot be done, and why, in a few words. */
export type Skipped = { readonly skipped: string };

/** For a fault that is over at once. */
export function nothing(): void {}

/** A function that calls all of these, those too that are added before it is called. */
export function allOf(ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end();
  };
}
