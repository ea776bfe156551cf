import type { ClusterEvent } from "@kontiki/actors";
import { faultIn } from "@kontiki/actors/node";
import type { Violation } from "../run/result.ts";

type Found = Pick<Violation, "check" | "text">;

/** A node is not started again: because of its state machine, or for another reason. */
export function violationOf({ node, cause }: ClusterEvent & { readonly type: "failed" }): Found {
  const fault = faultIn(cause);
  if (fault === undefined) return { check: "assertion", text: `${node} is given up: ${cause}` };
  return { check: "state machine", text: `${node}: ${fault}` };
}

/** Nodes that have applied the same entries have different states. */
export function divergenceOf({
  applied,
  nodes,
}: ClusterEvent & { readonly type: "diverged" }): Found {
  const shown = nodes.map(({ node, sha256 }) => `${node} ${sha256.slice(0, 8)}`);
  const text = `after entry ${applied} the states differ: ${shown.join(", ")}`;
  return { check: "State Machine Safety", text };
}
