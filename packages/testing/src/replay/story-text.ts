import { checkArgument, checkOptions, decimal, rule, type Schema } from "@kontiki/actors/node";
import type { StoryLine, StorySlice } from "../run/story.ts";

/** The default width of a line in characters. Longer lines are broken at spaces. */
const WIDTH = 160;

/** The minimum width of the last column in characters, however narrow the page is. */
const LAST_COLUMN_MIN = 40;

/** Explains the text for each node in the story of a run. */
export const STORY_LEGEND =
  "L3 5/7: leads term 3, knows that 5 entries are committed, has 7; F follower, P pre-candidate, C candidate";

const SLICE = rule(
  "the slice of a story",
  (value) => typeof value === "object" && value !== null && "lines" in value,
);

/**
 * What a slice is, in one line: `12 of 46 lines: what the claim about n1, n2, term 3 depends on`. Undefined when it is the
 * whole story.
 */
export function sliceText(slice: StorySlice): string | undefined {
  checkArgument("sliceText", "slice", SLICE, slice);
  const { lines, of, about } = slice;
  if (lines.length === of) return undefined;
  const claim = about === "" ? "the claim" : `the claim about ${about}`;
  return `${lines.length} of ${of} lines: what ${claim} depends on`;
}

/** How a story is laid out. */
export type StoryOptions = {
  /** Characters per line. Default: 160. */
  readonly width?: number;
};

const STORY_OPTIONS: Schema<StoryOptions> = { width: decimal(0, Infinity) };

const LINES = rule("the lines of a story", (value) => Array.isArray(value));

/**
 * A story in columns: the time, the node of the event, the state of each node after it, and what happened. A line without
 * a time has its number instead.
 */
export function storyText(lines: readonly StoryLine[], options: StoryOptions = {}): string {
  checkArgument("storyText", "lines", LINES, lines);
  checkOptions("storyText", STORY_OPTIONS, options);
  const { width = WIDTH } = options;
  const names = [...new Set(lines.flatMap(({ nodes }) => Object.keys(nodes)))].toSorted(byName);
  const head = [lines.some(({ at }) => at !== undefined) ? "ms" : "", "", ...names];
  const isWhole = lines.every(({ at }) => at === undefined || Number.isInteger(at));
  const rows = lines.map(({ at, node, nodes }, place) => [
    at === undefined ? `${place + 1}` : msText(at, isWhole),
    node,
    ...names.map((name) => nodes[name] ?? "-"),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const indent = widths.reduce((sum, one) => sum + one + 2, 0);
  const room = Math.max(width - indent, LAST_COLUMN_MIN);
  return [
    joined(head, widths, ""),
    ...rows.map((row, at) =>
      joined(row, widths, broken(lines[at]?.what ?? "", room).join(`\n${" ".repeat(indent)}`)),
    ),
  ].join("\n");
}

/** Sorts n2 before n10. */
function byName(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1);
}

/** Shows tenths only when some time has them. */
function msText(at: number, isWhole: boolean): string {
  return at.toFixed(isWhole ? 0 : 1);
}

/** Aligns the times at the right and all other columns at the left. */
function joined(cells: readonly string[], widths: readonly number[], what: string): string {
  const padded = cells.map((cell, at) =>
    at === 0 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
  );
  return [...padded, what].join("  ").trimEnd();
}

function broken(what: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of what.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
