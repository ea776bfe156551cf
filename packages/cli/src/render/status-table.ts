import type { LackedEntries, NodeStatus, RaftStatus } from "@kontiki/actors";
import type { Colors } from "../output/colors.ts";
import { troubleText } from "./event-text.ts";
import { plainText } from "./quoting.ts";
import { strayText } from "./stray-text.ts";
import { bareTable } from "./table.ts";

const COLUMNS = [
  "node",
  "role",
  "term",
  "first",
  "commit",
  "last",
  "applied",
  "snap",
  "inc",
  "restarts",
] as const;

/**
 * The nodes as an aligned table that fits 80 columns; `*` marks the leader. For a node that receives a snapshot, the column
 * `snap` shows how much of it has arrived; `inc` is its incarnation. The role of a node that cannot take part as it should is
 * what keeps it from that. Lines about the nodes that have a problem follow the table.
 *
 * @param strays the nodes that are known not to be members.
 */
export function statusTable(
  nodes: readonly NodeStatus[],
  leader: string | null,
  colors: Colors,
  strays: readonly string[] = [],
): string {
  const rows = nodes.map((node) =>
    row(node, { leads: node.id === leader, strays: strays.includes(node.id) }, colors),
  );
  const head = ["", ...COLUMNS.map((title) => colors.dim(title))];
  const causes = nodes.flatMap(({ id, life, raft, trouble }) => [
    ...("cause" in life ? [`${id} ${HAS[life.type]}: ${plainText(life.cause)}`] : []),
    ...(trouble === undefined ? [] : [`${id} is in trouble: ${troubleText(trouble)}`]),
    ...(raft?.lacks === undefined ? [] : [`${id} lacks ${lackText(raft.lacks)}`]),
  ]);
  return [
    bareTable(head, rows, ["left", "left", "left"]),
    ...causes,
    ...strays.map(strayText),
  ].join("\n");
}

function row(
  node: NodeStatus,
  { leads, strays }: { readonly leads: boolean; readonly strays: boolean },
  colors: Colors,
): string[] {
  const { id, life, raft, incarnation, restarts } = node;
  const { condition } = node;
  const role =
    life.type === "running" && raft !== undefined ? (condition ?? roleOf(raft, strays)) : life.type;
  const log = [raft?.term, raft?.first, raft?.commit, raft?.last, raft?.applied];
  const numbers = [...log, snapshotOf(raft), incarnation, restarts];
  const paint = leads
    ? colors.green
    : role === "failed" || condition !== undefined
      ? colors.red
      : String;
  const cells = [leads ? "*" : "", id, role, ...numbers.map((value) => `${value ?? "-"}`)];
  return cells.map((cell) => (cell === "" ? "" : paint(cell)));
}

const HAS = { failed: "has failed", restarting: "is restarting" } as const;

function lackText({ from, to }: LackedEntries): string {
  return from === to ? `entry ${from}` : `entries from ${from} up to ${to}`;
}

function roleOf({ role, votes }: RaftStatus, strays: boolean): string {
  if (strays && role !== "leader") return "no member";
  if (role === "preCandidate") return "pre-candidate";
  return role === "follower" && !votes ? "learner" : role;
}

function snapshotOf(raft: RaftStatus | undefined): number | string | undefined {
  if (raft?.receiving === undefined) return raft?.snapshot;
  const { received, size } = raft.receiving;
  return `${Math.floor((received / size) * 100)}%`;
}
