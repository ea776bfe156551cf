import type {
  EntryRange,
  LostCluster,
  RecoveredCluster,
  RecoveryPlan,
  SurveyedNode,
} from "@kontiki/actors";
import type { Colors } from "../output/colors.ts";
import { bareTable } from "./table.ts";
import { plainText } from "./quoting.ts";

type Survey = Pick<LostCluster, "nodes" | "best">;

/** The contents of each node's disk as an aligned table; `*` marks the node that has most of the log. */
export function surveyText({ nodes, best }: Survey, colors: Colors): string {
  const head = ["", ...["node", "term", "last index", "last term"].map((text) => colors.dim(text))];
  const rows = nodes.map((found) => {
    const { node } = found;
    const numbers =
      found.type === "readable" ? [found.term, found.lastIndex, found.lastTerm] : ["-", "-", "-"];
    return [node === best ? "*" : "", node, ...numbers.map(String)];
  });
  return [
    bareTable(head, rows, ["left", "left"]),
    ...nodes.flatMap(problemsOf),
    choiceText({ nodes, best }),
  ].join("\n");
}

function choiceText({ nodes, best }: Survey): string {
  if (nodes.some(({ salvaged }) => salvaged.length > 0))
    return "entries are intact after damage: --merge combines what is intact on all disks";
  return best === undefined
    ? "no node can be read"
    : `${best} has most of the log: continue with this node`;
}

function problemsOf(found: SurveyedNode): readonly string[] {
  const { node, salvaged } = found;
  const problem = found.type === "unreadable" ? found.why : found.damage;
  const ended = found.type === "readable" ? found.endedAt : undefined;
  return [
    ...(problem === undefined ? [] : [`${node}: ${plainText(problem)}`]),
    ...(ended === undefined ? [] : [`${node}: its log ended at entry ${ended}`]),
    ...(salvaged.length === 0
      ? []
      : [`${node}: after the damage it has ${salvaged.map(rangeText).join(", ")}`]),
  ];
}

/** What a merged log is made of, and what is not part of it. */
export function mergeText({
  snapshot,
  entries,
  lastIndex,
  lastTerm,
  lost,
  leftOut,
}: RecoveryPlan): string {
  const parts = [
    ...(snapshot === 0 ? [] : [`the snapshot up to entry ${snapshot}`]),
    ...entries.map((part) => `${rangeText(part)} of ${part.disk}`),
  ];
  const made = parts.length === 0 ? "nothing" : parts.join(", ");
  const end = lastIndex === 0 ? "" : `; it ends at entry ${lastIndex} of term ${lastTerm}`;
  return [
    `combined: ${made}${end}`,
    ...(lost === undefined
      ? []
      : [`lost: ${rangeText(lost)}, because no disk has entry ${lost.from} intact`]),
    ...leftOut.map((part) => `left out: ${rangeText(part)} of ${part.disk}, ${REASONS[part.why]}`),
  ].join("\n");
}

const REASONS = {
  "another log": "which are of another log: an election would not choose it",
  "after a gap": "because an entry before them is lost",
} as const;

/** `entry 7`, or `entries 7 to 9`. */
export function rangeText({ from, to }: EntryRange): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}

/** The result of a recovery. */
export function recoveredText({ node, index, putAside }: RecoveredCluster): string {
  return putAside.length === 0
    ? `${node} was the entire cluster already, up to entry ${index}; nothing was changed`
    : `${node} is the entire cluster from entry ${index} on; set aside: ${putAside.join(", ")}`;
}

/** The same as one line of JSON. `plan` and `recovered` are null when the disks were only compared. */
export function recoveryJson(
  { nodes, best }: Survey,
  plan: RecoveryPlan | undefined,
  recovered: RecoveredCluster | undefined,
): string {
  const survey = nodes.map((found) => {
    const { node, salvaged } = found;
    const isReadable = found.type === "readable";
    return {
      node,
      term: isReadable ? found.term : null,
      lastIndex: isReadable ? found.lastIndex : null,
      lastTerm: isReadable ? found.lastTerm : null,
      endedAt: (isReadable ? found.endedAt : undefined) ?? null,
      salvaged,
      problem: (isReadable ? found.damage : found.why) ?? null,
    };
  });
  const value = {
    nodes: survey,
    best: best ?? null,
    plan: planJson(plan),
    recovered: recovered ?? null,
  };
  return `${JSON.stringify({ ok: true, command: ["recover"], value })}\n`;
}

function planJson(plan: RecoveryPlan | undefined): object | null {
  return plan === undefined ? null : { ...plan, lost: plan.lost ?? null };
}
