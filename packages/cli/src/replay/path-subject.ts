import {
  makeHistory,
  replayPath,
  runPage,
  storyOf,
  type BoundOptions,
  type ExploredAction,
  type History,
  type Token,
} from "@kontiki/testing";
import { counted } from "../render/quantities.ts";
import type { Reproduction, TokenSubject } from "./token-subject.ts";

/** The subject of a token of the explorer. Its path is as short as possible already, so it cannot shrink. */
export function pathSubject({
  check,
  bounds,
  actions,
}: Token & { readonly type: "path" }): TokenSubject {
  const { nodes } = bounds;
  const size = typeof nodes === "number" ? `${counted(nodes, "node")}, ` : "";
  const about = `explored: ${size}${counted(actions.length, "transition")}`;
  return {
    about,
    check,
    hash: undefined,
    reproduce: async () => reproduced(about, bounds, actions),
    shrinking: undefined,
  };
}

function reproduced(
  title: string,
  bounds: BoundOptions,
  actions: readonly ExploredAction[],
): Reproduction {
  try {
    const replay = replayPath(bounds, actions);
    const { broken, transitions } = replay;
    const text = `after ${counted(transitions.length, "transition")}`;
    const violations = broken === undefined ? [] : [{ check: broken, text, at: 0 }];
    const verdict = broken === undefined ? "valid" : "violated";
    return withPage(title, { verdict, violations, doubts: [], story: storyOf(replay) });
  } catch (error) {
    // With another core the next transition may be impossible.
    if (!(error instanceof RangeError)) throw error;
    return withPage(title, {
      verdict: "unknown",
      violations: [],
      doubts: [error.message],
      story: [],
    });
  }
}

function withPage(
  title: string,
  result: Pick<Reproduction, "verdict" | "violations" | "doubts" | "story">,
): Reproduction {
  const { story } = result;
  // A counterexample of the explorer is as short as possible: each of its transitions is needed.
  const slice = { lines: story, of: story.length, about: "" };
  const history: History = makeHistory([]);
  const nothing = { hash: "", events: 0, virtualMs: 0, coverage: {}, history };
  return {
    ...result,
    hash: undefined,
    isDeterministic: true,
    slice,
    sometimes: [],
    page: () => runPage({ title, result: { ...result, ...nothing }, story, model: undefined }),
  };
}
