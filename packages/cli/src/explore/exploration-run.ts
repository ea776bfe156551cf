import { logsText } from "../output/logs-text.ts";
import {
  encodeToken,
  type BoundOptions,
  type Exploration,
  type NamedInstance,
} from "@kontiki/testing";

/** An exploration and its result: everything that is printed about it. */
export type ExplorationRun = {
  readonly bounds: Omit<BoundOptions, "step">;
  /** How it searched. */
  readonly how: {
    readonly search: "breadth" | "depth";
    readonly symmetry: boolean;
    readonly hashes: boolean;
  };
  readonly exploration: Exploration;
  /** The instance with exactly these bounds, if it has a name. */
  readonly recorded: NamedInstance | undefined;
  /** Real time. */
  readonly elapsedMs: number;
  /** Why it was stopped, if it was. */
  readonly stoppedBy: "time" | "interruption";
};

/** The verdict with the name that all commands use for it. */
export function verdictOf(verdict: Exploration["verdict"]): "valid" | "violated" | "unknown" {
  return verdict === "holds" ? "valid" : verdict;
}

/** Whether a complete search saw exactly the recorded states; undefined when none are recorded. */
export function isAsRecorded({ exploration, recorded }: ExplorationRun): boolean | undefined {
  if (recorded === undefined || exploration.ended !== "exhausted") return undefined;
  const { states, unreduced, depth } = recorded;
  return (
    states === exploration.states &&
    unreduced === exploration.unreduced &&
    depth === exploration.depth
  );
}

/** A token that reproduces its counterexample; undefined when it has none. */
export function tokenOf({ bounds, exploration }: ExplorationRun): string | undefined {
  const { violation } = exploration;
  if (violation === undefined) return undefined;
  const { text, actions } = violation;
  return encodeToken({ type: "path", check: text, bounds, actions });
}

/** The bounds of an exploration by the names of their options, and how it searched. */
export function boundsIn({
  bounds: { config, logs, ...counts },
  how: { hashes: _hashes, ...how },
}: ExplorationRun): Readonly<Record<string, number | boolean | string | undefined>> {
  const { preVote, quorumBeats, leases } = config ?? {};
  return { ...counts, logs: logs && logsText(logs), preVote, quorumBeats, leases, ...how };
}
