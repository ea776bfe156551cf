import {
  explore,
  replayPath,
  type BoundOptions,
  type ExploredAction,
  type StepFunction,
} from "@kontiki/testing";

/** A broken core, and how the explorer detects it. */
export type BrokenCore = {
  /** Continues "a core". */
  readonly name: string;
  readonly step: StepFunction;
  readonly bounds?: BoundOptions;
  /** Whether rules of single steps are checked too. Default: false, so that a property must be violated. */
  readonly rules?: boolean;
  /** What the last transition violates. */
  readonly text: string;
  /** Length of a shortest counterexample. */
  readonly actions: number;
};

/** What the explorer finds in a broken core, whether the run repeats, and what the same run violates in the real core. */
export function detectedIn({ step, rules = false, ...core }: BrokenCore): unknown {
  const bounds = { ...core.bounds, rules };
  const { verdict, ended, violation } = explore({ ...bounds, step });
  const actions = violation?.actions ?? [];
  const again = replayPath({ ...bounds, step }, actions);
  return {
    verdict,
    ended,
    text: violation?.text,
    actions: actions.length,
    again: again.broken,
    inTheRealCore: brokenBy(bounds, actions),
  };
}

/** What {@link detectedIn} should return. */
export function shortestOf({ text, actions }: BrokenCore): unknown {
  const violated = { verdict: "violated", ended: "violated" };
  return { ...violated, text, actions, again: text, inTheRealCore: undefined };
}

/** What the actions violate in the real core: nothing, or they are not possible there. */
function brokenBy(bounds: BoundOptions, actions: readonly ExploredAction[]): string | undefined {
  try {
    return replayPath(bounds, actions).broken;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
