import { counted } from "../render/quantities.ts";
import type { Reproduction, Shrinking } from "./token-subject.ts";
import { outcomeOf, outcomeText } from "./outcome.ts";
import { shownLines, shownText, toldReport } from "./shown-story.ts";

/** A shrinking and its result. */
export type ShrinkRun = {
  readonly smallest: Shrinking;
  /** A run of the smallest failure; undefined when there was no time for it. */
  readonly run: Reproduction | undefined;
  /** Whether nothing more could be removed. */
  readonly isSmallest: boolean;
  /** Whether to tell all lines, instead of those that the violated claim depends on. */
  readonly isWhole: boolean;
};

/** For people. `width` in characters. */
export function shrunkText(
  { smallest, run, isSmallest, isWhole }: ShrinkRun,
  width: number,
): string {
  const { runs, token, subject } = smallest;
  const end = isSmallest ? "nothing more can be removed" : "ended early";
  const rerun =
    run === undefined
      ? []
      : [
          outcomeText(subject, outcomeOf(subject, run), run),
          "",
          shownText(run, isWhole, width),
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
export function shrunkJson({ smallest, run, isSmallest, isWhole }: ShrinkRun): string {
  const { runs, token, subject } = smallest;
  const { violations = [], hash = null } = run ?? {};
  const told = toldReport(run ?? NOTHING, isWhole);
  const story = shownLines(run ?? NOTHING, isWhole);
  const { about, check } = subject;
  return `${JSON.stringify({ token: token(), about, check, runs, isSmallest, violations, hash, told, story })}\n`;
}

const NOTHING = { story: [], slice: { lines: [], of: 0, about: "" } };
