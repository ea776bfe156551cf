import type { NodeId } from "@kontiki/core";
import { KontikiError, messageOf } from "../errors.ts";
import type { Supervisor } from "../threads/supervisor.ts";
import type { Patience } from "./waiting.ts";

/** How long one attempt may take, in ms. The leader itself gives up after an election timeout. */
const CALL_MS = 10_000;

/** What a leader says when its attempt failed but another may not, by its first words. */
const PASSING = ["this server does not lead", "a transfer to", "it already leads"];

/**
 * Has the leader hand over to `target`, or to whoever is best placed, until another leads (dissertation 3.10).
 *
 * @returns who leads then.
 * @throws KontikiError when the time is over, or the target can never lead.
 */
export async function transferLead(
  supervisor: Supervisor,
  target: NodeId | undefined,
  patience: Patience,
  pauseMs: number,
): Promise<NodeId> {
  for (;;) {
    const { leader } = await patience.for(supervisor.events, () => supervisor.whoLeads());
    if (leader === target) return leader;
    const reason = await tryToTransfer(supervisor, leader, target, patience);
    if (reason === undefined) {
      const next = await patience.for(supervisor.events, () => anotherThan(supervisor, leader));
      if (target === undefined || next === target) return next;
      patience.obstacle = `${next} was elected in its place`;
    } else {
      if (!mayWorkLater(reason)) throw patience.failure(reason);
      patience.obstacle = reason;
    }
    await patience.pause(pauseMs);
  }
}

/** The reason why it failed, undefined when the leader leads no more. */
async function tryToTransfer(
  supervisor: Supervisor,
  leader: NodeId,
  target: NodeId | undefined,
  patience: Patience,
): Promise<string | undefined> {
  const control = supervisor.child(leader)?.thread?.control;
  if (control === undefined) return PASSING[0];
  try {
    return await control.call("transfer", Math.min(patience.leftMs, CALL_MS), (node) =>
      node.transfer(target),
    );
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    patience.obstacle = messageOf(error);
    return PASSING[0];
  }
}

/** Whether the reason why a transfer failed is one that passes. */
export function mayWorkLater(reason: string): boolean {
  return PASSING.some((passing) => reason.startsWith(passing)) || reason.includes("take over");
}

function anotherThan(supervisor: Supervisor, leader: NodeId): NodeId | undefined {
  const now = supervisor.whoLeads()?.leader;
  return now === leader ? undefined : now;
}
