import type { NodeId } from "@kontiki/core";
import { hasThread, isDiskFree, lifeAsSeen, type NodeLife } from "./life.ts";

/** What can be asked of a node and refused. A stop is never refused. */
export type Request = "start" | "crash" | "pause" | "replaceDisk";

/** Why a node refuses a request in this life; undefined when it does not. */
export function refusal(request: Request, node: NodeId, life: NodeLife): string | undefined {
  const { type } = lifeAsSeen(life);
  if (request === "pause")
    return life.type === "running" ? undefined : `${node} has no thread to pause: it is ${type}`;
  const closed = whyClosed(life);
  if (closed !== undefined) return closed;
  switch (request) {
    case "start":
      if (type === "starting" || type === "running") return `${node} runs already`;
      return life.type === "diskless" ? `${node} cannot start: ${life.why}` : undefined;
    case "crash":
      if (life.type === "stopping") return `${node} is being stopped`;
      return hasThread(life) ? undefined : `${node} has no thread to crash: it is ${type}`;
    case "replaceDisk":
      if (isDiskFree(life)) return undefined;
      return `the disk of ${node} is in use: stop the node before its disk is replaced`;
    default:
      return request satisfies never;
  }
}

/** Why the node never starts again; undefined when it can. */
function whyClosed(life: NodeLife): string | undefined {
  if (life.type === "closed") return life.why;
  return life.type === "stopping" ? life.closed : undefined;
}
