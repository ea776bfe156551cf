import { encodeToken, type Exploration } from "@kontiki/testing";

/** An exploration and what came of it: all that is told of it. */
export type ExplorationRun = {
  /** What it was to look at, and how. */
  readonly bounds: Readonly<Record<string, number | boolean | string>>;
  readonly exploration: Exploration;
  /** By the clock on the wall. */
  readonly elapsedMs: number;
  /** What stopped it, if anything did. */
  readonly stoppedBy: "time" | "interruption";
};

/** A verdict in the word that all commands have for it. */
export function wordOf(verdict: Exploration["verdict"]): "valid" | "violated" | "unknown" {
  return verdict === "holds" ? "valid" : verdict;
}

/** What gives its counterexample again; undefined when it has none. */
export function tokenOf({ bounds, exploration }: ExplorationRun): string | undefined {
  const { violation } = exploration;
  if (violation === undefined) return undefined;
  const { text, actions } = violation;
  const { search: _search, symmetry: _symmetry, ...path } = bounds;
  return encodeToken({ type: "path", check: text, bounds: path, actions });
}
