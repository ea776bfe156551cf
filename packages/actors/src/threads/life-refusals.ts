import { hasThread, isDiskFree, lifeAsSeen, type NodeLife } from "./life.ts";
import type { NodeId } from "@kontiki/core";

/** Why a node in this life cannot be started now; undefined when it can. */
export function whyNotStarted(node: NodeId, life: NodeLife): string | undefined {
  const closed = whyClosed(life);
  if (closed !== undefined) return closed;
  const { type } = lifeAsSeen(life);
  if (type === "starting" || type === "running") return `${node} runs already`;
  return life.type === "diskless" ? `${node} cannot start: ${life.why}` : undefined;
}

/** Why its thread cannot be killed now; undefined when it can. */
export function whyNotCrashed(node: NodeId, life: NodeLife): string | undefined {
  const closed = whyClosed(life);
  if (closed !== undefined) return closed;
  if (life.type === "stopping") return `${node} is being stopped`;
  return hasThread(life)
    ? undefined
    : `${node} has no thread to crash: it is ${lifeAsSeen(life).type}`;
}

/** Why its thread cannot be paused now; undefined when it can. */
export function whyNotPaused(node: NodeId, life: NodeLife): string | undefined {
  if (life.type === "running") return undefined;
  return `${node} has no thread to pause: it is ${lifeAsSeen(life).type}`;
}

/** Why its disk cannot be replaced now; undefined when it can. */
export function whyDiskNotReplaced(node: NodeId, life: NodeLife): string | undefined {
  const closed = whyClosed(life);
  if (closed !== undefined) return closed;
  return isDiskFree(life)
    ? undefined
    : `the disk of ${node} is in use: stop the node before its disk is replaced`;
}

/** Why it is neither started nor crashed any more. */
function whyClosed(life: NodeLife): string | undefined {
  if (life.type === "closed") return life.why;
  return life.type === "stopping" ? life.closed : undefined;
}
