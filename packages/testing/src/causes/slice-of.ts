import type { Violation } from "../run/result.ts";
import type { StoryLine, StorySlice } from "../run/story.ts";
import type { CauseTrace } from "./cause-trace.ts";
import { linesBehind } from "./slice.ts";
import { subjectOf, subjectText } from "./subject.ts";
import { isAboutAll, wantedBy } from "./wanted.ts";

/**
 * The part of a story that its violations depend on.
 *
 * @param story its last lines are the violations; they are always in the slice.
 */
export function sliceOf(
  story: readonly StoryLine[],
  trace: CauseTrace,
  violations: readonly Violation[],
): StorySlice {
  const of = story.length;
  if (violations.length === 0 || violations.some(isAboutAll))
    return { lines: story, of, about: "" };
  const subjects = violations.map((violation) => ({ violation, subject: subjectOf(violation) }));
  const wanted = subjects.map(({ violation, subject }) => wantedBy(violation, subject, trace));
  const behind = linesBehind(trace.events, {
    facts: new Set(wanted.flatMap(({ facts }) => [...facts])),
    isBrief: (fact) => wanted.every(({ isBrief }) => isBrief(fact)),
  });
  const first = of - violations.length;
  const lines = story.filter((_line, at) => at >= first || behind.has(at));
  const about = subjects.map(({ subject }) => subjectText(subject)).join("; ");
  return { lines, of, about: lines.length === of ? "" : about };
}
