import type { NodeStatus, RaftStatus } from "@kontiki/actors";
import Table from "cli-table3";
import { leaderOf } from "../session/leader-of.ts";
import type { Colors } from "../output/colors.ts";
import { plainText } from "./quoting.ts";

const COLUMNS = [
  "node",
  "role",
  "term",
  "first",
  "commit",
  "last",
  "applied",
  "snapshot",
  "incarnation",
  "restarts",
] as const;

/**
 * The nodes as an aligned table; `*` marks the leader. Instead of its snapshot stands how much of one a node has got that
 * its leader sends it. What is wrong with a node follows below.
 */
export function statusTable(nodes: readonly NodeStatus[], colors: Colors): string {
  const leader = leaderOf(nodes);
  const rows = nodes.map((node) => row(node, node.id === leader, colors));
  const head = ["", ...COLUMNS.map((title) => colors.dim(title))];
  const causes = nodes.flatMap(({ id, life, trouble }) => [
    ...("cause" in life ? [`${id} is ${life.type}: ${plainText(life.cause)}`] : []),
    ...(trouble === undefined ? [] : [`${id} is in trouble: ${plainText(trouble)}`]),
  ]);
  return [bareTable(head, rows, ["left", "left", "left"]), ...causes].join("\n");
}

function row(node: NodeStatus, leads: boolean, colors: Colors): string[] {
  const { id, life, raft, incarnation, restarts } = node;
  const role = life.type === "running" && raft !== undefined ? roleOf(raft) : life.type;
  const log = [raft?.term, raft?.first, raft?.commit, raft?.last, raft?.applied];
  const numbers = [...log, snapshotOf(raft), incarnation, restarts];
  const paint = leads ? colors.green : role === "failed" ? colors.red : String;
  const cells = [leads ? "*" : "", id, role, ...numbers.map((value) => `${value ?? "-"}`)];
  return cells.map((cell) => (cell === "" ? "" : paint(cell)));
}

function roleOf({ role, votes }: RaftStatus): string {
  if (role === "preCandidate") return "pre-candidate";
  return role === "follower" && !votes ? "learner" : role;
}

function snapshotOf(raft: RaftStatus | undefined): number | string | undefined {
  if (raft?.receiving === undefined) return raft?.snapshot;
  const { received, size } = raft.receiving;
  return `${Math.floor((received / size) * 100)}%`;
}

/** A table without lines; columns beyond `aligns` are numbers and stand to the right. */
export function bareTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly ("left" | "right")[],
): string {
  const none = "";
  const table = new Table({
    chars: {
      top: none,
      "top-mid": none,
      "top-left": none,
      "top-right": none,
      bottom: none,
      "bottom-mid": none,
      "bottom-left": none,
      "bottom-right": none,
      left: none,
      "left-mid": none,
      mid: none,
      "mid-mid": none,
      right: none,
      "right-mid": none,
      middle: "  ",
    },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: (rows[0] ?? head).map((_cell, column) => aligns[column] ?? "right"),
  });
  table.push(...(head.length === 0 ? [] : [[...head]]), ...rows.map((cells) => [...cells]));
  const lines = table.toString().split("\n");
  return lines.map((line) => line.trimEnd()).join("\n");
}
