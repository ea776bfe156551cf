import { storyText } from "@kontiki/testing";
import { counted } from "../render/quantities.ts";
import type { Reproduction, Shrinking } from "./token-subject.ts";
import { outcomeOf, outcomeText } from "./outcome.ts";

/** A shrinking and its result. */
export type ShrinkRun = {
  readonly smallest: Shrinking;
  /** A run of the smallest failure; undefined when there was no time for it. */
  readonly run: Reproduction | undefined;
  /** Whether nothing more could be removed. */
  readonly isSmallest: boolean;
};

/** For people. `width` in characters. */
export function shrunkText({ smallest, run, isSmallest }: ShrinkRun, width: number): string {
  const { runs, token, subject } = smallest;
  const end = isSmallest ? "nothing more can be removed" : "ended early";
  const rerun =
    run === undefined
      ? []
      : [
          outcomeText(subject, outcomeOf(subject, run), run),
          "",
          storyText(run.story, { width }),
          "",
        ];
  return [
    `${subject.about} (${counted(runs, "run")}, ${end})`,
    ...rerun,
    `kontiki replay ${token()}`,
    "",
  ].join("\n");
}

/** As one line of JSON. */
export function shrunkJson({ smallest, run, isSmallest }: ShrinkRun): string {
  const { runs, token, subject } = smallest;
  const { violations = [], hash = null, story = [] } = run ?? {};
  const { about, check } = subject;
  return `${JSON.stringify({ token: token(), about, check, runs, isSmallest, violations, hash, story })}\n`;
}
