import { isAtRest, type ActorLife } from "../supervision/life.ts";
import { whyClosed } from "../supervision/life-refusals.ts";

/** Why the disk of a node cannot be replaced in this life; undefined when it can. */
export function diskRefusal(node: string, life: ActorLife): string | undefined {
  const closed = whyClosed(life);
  if (closed !== undefined) return closed;
  if (isAtRest(life)) return undefined;
  return `the disk of ${node} is in use: stop the node before its disk is replaced`;
}
