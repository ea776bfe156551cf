import type { LostCluster, RecoveredCluster, SurveyedNode } from "@kontiki/actors";
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
  const problems = nodes.flatMap((found) => {
    if (found.type === "unreadable") return [`${found.node}: ${plainText(found.why)}`];
    return found.damage === undefined ? [] : [`${found.node}: ${plainText(found.damage)}`];
  });
  const choice =
    best === undefined
      ? "no node can be read"
      : `${best} has most of the log: continue with this node`;
  return [bareTable(head, rows, ["left", "left"]), ...problems, choice].join("\n");
}

/** What may be lost when the cluster continues with this node. */
export function warningText({ nodes, best }: Survey, node: string): string {
  const chosen = nodes.find((found) => found.node === node);
  const last = chosen?.type === "readable" ? ` (it ends at entry ${chosen.lastIndex})` : "";
  const more = nodes.filter((found) => chosen !== undefined && isAhead(found, chosen));
  return [
    `${node} will be the entire cluster, without the agreement of a majority:`,
    `- commands that were acknowledged and that ${node} does not have${last} are permanently lost`,
    `- commands that ${node} has and that were never acknowledged take effect`,
    `- the directories of the other nodes are set aside; they must never be used with this cluster again`,
    ...more.map((found) => `- ${found.node} has entries that ${node} does not have`),
    ...(best === undefined || best === node
      ? []
      : [`${best} has most of the log: with it the least is lost`]),
  ].join("\n");
}

/** The result of a recovery. */
export function recoveredText({ node, index, putAside }: RecoveredCluster): string {
  const aside = putAside.length === 0 ? "" : `; set aside: ${putAside.join(", ")}`;
  return `${node} is the entire cluster from entry ${index} on${aside}`;
}

/** The same as one line of JSON. `recovered` is null when the nodes were only compared. */
export function recoveryJson(
  { nodes, best }: Survey,
  recovered: RecoveredCluster | undefined,
): string {
  const survey = nodes.map((found) =>
    found.type === "readable"
      ? {
          node: found.node,
          term: found.term,
          lastIndex: found.lastIndex,
          lastTerm: found.lastTerm,
          problem: found.damage ?? null,
        }
      : { node: found.node, term: null, lastIndex: null, lastTerm: null, problem: found.why },
  );
  const value = { nodes: survey, best: best ?? null, recovered: recovered ?? null };
  return `${JSON.stringify({ ok: true, command: ["recover"], value })}\n`;
}

/** Whether a log is more up-to-date than another (§5.4.1). */
function isAhead(found: SurveyedNode, than: SurveyedNode): boolean {
  if (found.type !== "readable") return false;
  if (than.type !== "readable") return true;
  if (found.lastTerm !== than.lastTerm) return found.lastTerm > than.lastTerm;
  return found.lastIndex > than.lastIndex;
}
