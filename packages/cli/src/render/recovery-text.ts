import type { LostCluster, RecoveredCluster, SurveyedNode } from "@kontiki/actors";
import type { Colors } from "../output/colors.ts";
import { bareTable } from "./status-table.ts";
import { plainText } from "./quoting.ts";

type Survey = Pick<LostCluster, "nodes" | "best">;

/** What each node's disk holds, as an aligned table; `*` marks the node that holds most. */
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
    best === undefined ? "no node can be read" : `${best} holds most: go on with that one`;
  return [bareTable(head, rows, ["left", "left"]), ...problems, choice].join("\n");
}

/** What going on with a node may cost. */
export function warningText({ nodes, best }: Survey, node: string): string {
  const chosen = nodes.find((found) => found.node === node);
  const last = chosen?.type === "readable" ? ` (it ends at entry ${chosen.lastIndex})` : "";
  const more = nodes.filter((found) => chosen !== undefined && isAhead(found, chosen));
  return [
    `${node} will be the whole cluster, by no majority's agreement:`,
    `- commands that were acknowledged and that ${node} does not hold${last} are lost for good`,
    `- commands that ${node} holds and that were never acknowledged take effect`,
    `- the other nodes' folders are put aside; they must never be used with this cluster again`,
    ...more.map((found) => `- ${found.node} holds entries that ${node} does not`),
    ...(best === undefined || best === node ? [] : [`${best} holds most: that one loses least`]),
  ].join("\n");
}

/** What was done. */
export function recoveredText({ node, index, putAside }: RecoveredCluster): string {
  const aside = putAside.length === 0 ? "" : `; put aside: ${putAside.join(", ")}`;
  return `${node} is the whole cluster from entry ${index} on${aside}`;
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

/** Whether a log ends behind another's (§5.4.1). */
function isAhead(found: SurveyedNode, than: SurveyedNode): boolean {
  if (found.type !== "readable") return false;
  if (than.type !== "readable") return true;
  if (found.lastTerm !== than.lastTerm) return found.lastTerm > than.lastTerm;
  return found.lastIndex > than.lastIndex;
}
