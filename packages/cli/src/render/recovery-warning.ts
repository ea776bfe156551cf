import type { LostCluster, RecoveryPlan, SurveyedNode } from "@kontiki/actors";
import { rangeText } from "./recovery-text.ts";

type Survey = Pick<LostCluster, "nodes" | "best">;

/** What may be lost when the cluster continues with this node, or with all disks on this node. */
export function warningText(
  { nodes, best }: Survey,
  node: string,
  merge: boolean,
  plan: RecoveryPlan,
): string {
  const chosen = nodes.find((found) => found.node === node);
  const more = nodes.filter((found) => chosen !== undefined && isAhead(found, chosen));
  const what = merge ? "no disk has intact, or that are left out," : `${node} does not have`;
  const end = ` (${merge ? "the log" : "it"} ends at entry ${plan.lastIndex})`;
  const names = nodes.map((found) => found.node).join(", ");
  return [
    `${node} will be the entire cluster, without the agreement of a majority:`,
    `- commands that were acknowledged and that ${what}${end} are permanently lost`,
    ...(plan.lost === undefined
      ? []
      : [`- ${rangeText(plan.lost)} of this log are lost: entry ${plan.lost.from} is not intact`]),
    `- commands that ${merge ? "the log" : node} has and that were never acknowledged take effect`,
    `- the directories of ${names} are set aside; they must never be used with this cluster again`,
    ...(merge ? [] : more.map((found) => `- ${found.node} has entries that ${node} does not have`)),
    ...(merge || best === undefined || best === node
      ? []
      : [`${best} has most of the log: with it the least is lost`]),
  ].join("\n");
}

/** Whether a log is more up-to-date than another (§5.4.1). */
function isAhead(found: SurveyedNode, than: SurveyedNode): boolean {
  if (found.type !== "readable") return false;
  if (than.type !== "readable") return true;
  if (found.lastTerm !== than.lastTerm) return found.lastTerm > than.lastTerm;
  return found.lastIndex > than.lastIndex;
}
