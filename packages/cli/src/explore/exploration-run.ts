import { encodeToken, type Exploration } from "@kontiki/testing";

/** An exploration and its result: everything that is printed about it. */
export type ExplorationRun = {
  /** Its bounds, and how it searched. */
  readonly bounds: Readonly<Record<string, number | boolean | string>>;
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
  const { search: _search, symmetry: _symmetry, ...path } = bounds;
  return encodeToken({ type: "path", check: text, bounds: path, actions });
}
