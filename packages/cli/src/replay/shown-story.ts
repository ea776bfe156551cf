import { sliceText, storyText, type StoryLine } from "@kontiki/testing";
import type { Reproduction } from "./token-subject.ts";

/** The lines to show: those that the violated claim depends on, or all. */
export function shownLines(
  { story, slice }: Pick<Reproduction, "story" | "slice">,
  isWhole: boolean,
): readonly StoryLine[] {
  return isWhole ? story : slice.lines;
}

/** These lines as a text, after a line that says what they are. */
export function shownText(
  told: Pick<Reproduction, "story" | "slice">,
  isWhole: boolean,
  width: number,
): string {
  const about = isWhole ? undefined : sliceText(told.slice);
  const head = about === undefined ? [] : [`${about} (--whole shows all)`];
  return [...head, storyText(shownLines(told, isWhole), { width })].join("\n");
}

/** What the lines are, for programs. */
export function toldReport(
  { story, slice }: Pick<Reproduction, "story" | "slice">,
  isWhole: boolean,
): { readonly lines: number; readonly of: number; readonly about: string } {
  const isAll = isWhole || slice.lines.length === slice.of;
  return {
    lines: isAll ? story.length : slice.lines.length,
    of: story.length,
    about: isAll ? "" : slice.about,
  };
}
