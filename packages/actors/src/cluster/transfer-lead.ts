import type { NodeId } from "@kontiki/core";
import { KontikiError, messageOf } from "../errors.ts";
import type { Supervisor } from "../threads/supervisor.ts";
import type { Deadline } from "./deadline.ts";

/** How long one attempt may take, in ms. The leader itself gives up after an election timeout. */
const CALL_MS = 10_000;

/** Reasons, by their beginning, for which an attempt fails but another one may succeed. */
const PASSING = ["this server does not lead", "a transfer to", "it already leads"];

/**
 * Makes the leader transfer leadership to `target`, or to the best candidate, until another node leads (dissertation
 * 3.10).
 *
 * @returns the new leader.
 * @throws KontikiError when the time has run out, or the target can never lead.
 */
export async function transferLead(
  supervisor: Supervisor,
  target: NodeId | undefined,
  deadline: Deadline,
  pauseMs: number,
): Promise<NodeId> {
  for (;;) {
    const { leader } = await deadline.wait(supervisor.events, () => supervisor.whoLeads());
    if (leader === target) return leader;
    const reason = await tryToTransfer(supervisor, leader, target, deadline);
    if (reason === undefined) {
      const next = await deadline.wait(supervisor.events, () => anotherThan(supervisor, leader));
      if (target === undefined || next === target) return next;
      deadline.obstacle = `${next} was elected in its place`;
    } else {
      if (!mayWorkLater(reason)) throw deadline.failure(reason);
      deadline.obstacle = reason;
    }
    await deadline.pause(pauseMs);
  }
}

/** The reason why it failed; undefined when the leader no longer leads. */
async function tryToTransfer(
  supervisor: Supervisor,
  leader: NodeId,
  target: NodeId | undefined,
  deadline: Deadline,
): Promise<string | undefined> {
  const control = supervisor.child(leader)?.thread?.control;
  if (control === undefined) return PASSING[0];
  try {
    return await control.call("transfer", Math.min(deadline.leftMs, CALL_MS), (node) =>
      node.transfer(target),
    );
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    deadline.obstacle = messageOf(error);
    return PASSING[0];
  }
}

/** Whether the reason for a failed transfer is temporary. */
export function mayWorkLater(reason: string): boolean {
  return PASSING.some((passing) => reason.startsWith(passing)) || reason.includes("take over");
}

function anotherThan(supervisor: Supervisor, leader: NodeId): NodeId | undefined {
  const now = supervisor.whoLeads()?.leader;
  return now === leader ? undefined : now;
}
