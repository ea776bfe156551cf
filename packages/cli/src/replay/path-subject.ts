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

/** What a token of the explorer stands for: a way that is a shortest one already. */
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
    return told(title, { verdict, violations, doubts: [], story: storyOf(replay) });
  } catch (error) {
    // Another core may be where the next transition cannot be made.
    if (!(error instanceof RangeError)) throw error;
    return told(title, { verdict: "unknown", violations: [], doubts: [error.message], story: [] });
  }
}

function told(
  title: string,
  came: Pick<Reproduction, "verdict" | "violations" | "doubts" | "story">,
): Reproduction {
  const { story } = came;
  const history: History = makeHistory([]);
  const nothing = { hash: "", events: 0, virtualMs: 0, coverage: {}, history };
  const result = { ...came, ...nothing };
  return {
    ...came,
    hash: undefined,
    isSteady: true,
    page: () => runPage({ title, result, story, model: undefined }),
  };
}
