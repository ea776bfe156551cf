import { storyText } from "@kontiki/testing";
import { counted } from "../render/quantities.ts";
import type { Reproduction, Shrinking } from "./token-subject.ts";
import { outcomeOf, outcomeText } from "./outcome.ts";

/** A shrinking and what came of it. */
export type ShrinkRun = {
  readonly smallest: Shrinking;
  /** The smallest failure, run again; undefined when there was no time for that. */
  readonly run: Reproduction | undefined;
  /** Whether it ended by itself. */
  readonly isSmallest: boolean;
};

/** For people. `width` in characters. */
export function shrunkText({ smallest, run, isSmallest }: ShrinkRun, width: number): string {
  const { runs, token, subject } = smallest;
  const end = isSmallest ? "nothing more can go" : "ended before it was done";
  const came =
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
    ...came,
    `kontiki replay ${token()}`,
    "",
  ].join("\n");
}

/** As one JSON document, in one line. */
export function shrunkJson({ smallest, run, isSmallest }: ShrinkRun): string {
  const { runs, token, subject } = smallest;
  const { violations = [], hash = null, story = [] } = run ?? {};
  const { about, check } = subject;
  return `${JSON.stringify({ token: token(), about, check, runs, isSmallest, violations, hash, story })}\n`;
}
