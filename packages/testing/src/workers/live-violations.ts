import type { ClusterEvent } from "@kontiki/actors";
import { AS_ASKED, faultIn } from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { Violation } from "../run/result.ts";

type Found = Pick<Violation, "check" | "text">;

/**
 * What an event of a cluster of threads violates, if anything. A node cannot start from a disk that a fault lets fail, and must
 * not from the disk of another.
 *
 * @param hasOthersDisk whether a fault has given a node the disk of another.
 */
export function violationIn(
  event: ClusterEvent,
  hasOthersDisk: (node: NodeId) => boolean,
): Found | undefined {
  switch (event.type) {
    case "crashed": {
      const { node, cause, asked } = event;
      return asked ? undefined : { check: "assertion", text: `${node} crashed: ${cause}` };
    }
    case "failed":
      return event.cause.includes(AS_ASKED) || hasOthersDisk(event.node)
        ? undefined
        : failureOf(event);
    case "started":
      return hasOthersDisk(event.node)
        ? { check: "disk of another node", text: `${event.node} starts from it` }
        : undefined;
    case "diverged":
      return divergenceOf(event);
    default:
      return undefined;
  }
}

/** A node is not started again: because of its state machine, or for another reason. */
function failureOf({ node, cause }: ClusterEvent & { readonly type: "failed" }): Found {
  const fault = faultIn(cause);
  if (fault === undefined) return { check: "assertion", text: `${node} is given up: ${cause}` };
  return { check: "state machine", text: `${node}: ${fault}` };
}

/** Nodes that have applied the same entries have different states. */
function divergenceOf({ applied, nodes }: ClusterEvent & { readonly type: "diverged" }): Found {
  const shown = nodes.map(({ node, sha256 }) => `${node} ${sha256.slice(0, 8)}`);
  const text = `after entry ${applied} the states differ: ${shown.join(", ")}`;
  return { check: "State Machine Safety", text };
}
