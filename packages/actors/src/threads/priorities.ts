import type { NodeId } from "@kontiki/core";

/** How many levels a node's priority is below the highest. */
export function levelsBelow(priorities: Readonly<Record<string, number>>, node: NodeId): number {
  return Math.max(0, ...Object.values(priorities)) - (priorities[node] ?? 0);
}
