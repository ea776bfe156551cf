import type { NodeId } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { FaultAtlas } from "./atlas.ts";
import type { HeldNodes } from "./held-nodes.ts";

/** What the effect of one fault works with. */
export type Stage = {
  readonly target: FaultTarget;
  readonly cluster: Pick<ClusterSettings, "leases">;
  readonly counters: Counters;
  readonly atlas: FaultAtlas;
  readonly heldNodes: HeldNodes;
  /** A stream for this fault alone. */
  readonly chance: Chance;
  /** The node of the moment that the fault waited for; undefined if it waited for none, or in vain. */
  readonly subject: NodeId | undefined;
  /** How long it lasts, in ms; undefined if it lasts until all faults end. */
  readonly forMs: number | undefined;
  /** Calls back after `ms`, unless the fault is over by then. */
  readonly after: (ms: number, callback: () => void) => void;
  /**
   * Reports that it begins, and its nodes. An effect calls it before it does anything that is reported too; otherwise the
   * nemesis reports the beginning when the effect returns.
   */
  readonly announce: (nodes: readonly string[]) => void;
  /** Ends the fault when its effect is complete. Does nothing when it is over already. */
  readonly over: () => void;
};

/** A fault in force: its nodes, and how to end it. */
export type Begun = {
  /** Nodes, and the clients that it names. */
  readonly nodes: readonly string[];
  /** Called once. */
  readonly end: () => void;
};

/** A fault that is not possible now, and why, in a few words. */
export type Skipped = { readonly skipped: string };

/** The end of a fault that has nothing to undo. */
export function nothing(): void {}

/** A function that calls all of these, including those that are added before the call. */
export function allOf(ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end();
  };
}
