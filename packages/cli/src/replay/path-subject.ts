import {
  replayPath,
  storyOf,
  type BoundOptions,
  type ExploredAction,
  type Replay,
  type Token,
} from "@kontiki/testing";
import { counted } from "../render/quantities.ts";
import type { Reproduction, TokenSubject } from "./failure-token.ts";

/** What a token of the explorer stands for: a way that is a shortest one already. */
export function pathSubject({
  check,
  bounds,
  actions,
}: Token & { readonly type: "path" }): TokenSubject {
  const { nodes } = bounds;
  const size = typeof nodes === "number" ? `${counted(nodes, "node")}, ` : "";
  return {
    about: `explored: ${size}${counted(actions.length, "transition")}`,
    check,
    hash: undefined,
    reproduce: async () => reproduced(bounds, actions),
    shrinking: undefined,
  };
}

function reproduced(bounds: BoundOptions, actions: readonly ExploredAction[]): Reproduction {
  const nothing = { violations: [], hash: undefined, story: [], page: (): string => "" };
  try {
    return told(replayPath(bounds, actions));
  } catch (error) {
    // Another core may be where the next transition cannot be made.
    if (error instanceof RangeError)
      return { ...nothing, verdict: "unknown", doubts: [error.message] };
    throw error;
  }
}

function told(replay: Replay): Reproduction {
  const { broken, transitions } = replay;
  const text = `after ${counted(transitions.length, "transition")}`;
  return {
    verdict: broken === undefined ? "valid" : "violated",
    violations: broken === undefined ? [] : [{ check: broken, text, at: 0 }],
    doubts: [],
    hash: undefined,
    story: storyOf(replay),
    page: () => "",
  };
}
