import type { StoryLine } from "../run/story.ts";

/** What happened is broken at spaces from here on, unless told otherwise. In characters. */
const WIDTH = 160;

/** Words are never squeezed into less than this, however narrow the page. */
const WORDS_LEAST = 40;

/** How the standing of a node is written in the story of a run. */
export const STORY_LEGEND =
  "L3 5/7 leads term 3, knows 5 entries to be committed and has 7; F follows, P asks beforehand, C stands";

/**
 * A story in columns: when, to whom, how each node stood after it, and what happened. A line that has no time has its
 * number.
 *
 * @param width characters in a line, 160 if not given.
 */
export function storyText(lines: readonly StoryLine[], { width = WIDTH } = {}): string {
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
  const room = Math.max(width - indent, WORDS_LEAST);
  return [
    joined(head, widths, ""),
    ...rows.map((row, at) =>
      joined(row, widths, broken(lines[at]?.what ?? "", room).join(`\n${" ".repeat(indent)}`)),
    ),
  ].join("\n");
}

/** n2 before n10. */
function byName(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1);
}

/** Tenths are told where there are any. */
function msText(at: number, isWhole: boolean): string {
  return at.toFixed(isWhole ? 0 : 1);
}

/** Times end below each other, all else begins below each other. */
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
