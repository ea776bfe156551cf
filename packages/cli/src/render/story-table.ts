import type { StoryLine } from "@kontiki/testing";
import type { Colors } from "../terminal/colors.ts";
import { bareTable } from "./status-table.ts";
import { plainText } from "./text.ts";

/** A story with a column for each node, and what happened last: it is as long as it is. */
export function storyTable(lines: readonly StoryLine[], colors: Colors): string {
  const nodes = [...new Set(lines.flatMap((line) => Object.keys(line.nodes)))];
  const rows = lines.map(({ at, node, what, nodes: standing }, place) => [
    at === undefined ? `${place + 1}` : `${at} ms`,
    node,
    ...nodes.map((name) => standing[name] ?? "-"),
    plainText(what),
  ]);
  const head = ["", "", ...nodes, ""].map((title) => colors.dim(title));
  return bareTable(head, rows, ["right", ...head.map(() => "left" as const)]);
}
