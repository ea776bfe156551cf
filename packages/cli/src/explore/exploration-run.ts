import { encodeToken, type BoundOptions, type Exploration } from "@kontiki/testing";

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
  /** Real time. */
  readonly elapsedMs: number;
  /** Why it was stopped, if it was. */
  readonly stoppedBy: "time" | "interruption";
};

/** The verdict with the name that all commands use for it. */
export function verdictOf(verdict: Exploration["verdict"]): "valid" | "violated" | "unknown" {
  return verdict === "holds" ? "valid" : verdict;
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
  bounds: { config, ...counts },
  how: { hashes: _hashes, ...how },
}: ExplorationRun): Readonly<Record<string, number | boolean | string | undefined>> {
  const { preVote, quorumBeats, leases } = config ?? {};
  return { ...counts, preVote, quorumBeats, leases, ...how };
}
