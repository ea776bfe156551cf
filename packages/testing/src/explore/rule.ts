import type { SteppedNode } from "./noteworthy.ts";

/** What no step of a server may do, although no property of Figure 3 need break by it in this step. */
export type Rule = {
  /** What a server does that breaks the rule: "it ...", without a period. */
  readonly text: string;
  readonly isBroken: (step: SteppedNode) => boolean;
};
