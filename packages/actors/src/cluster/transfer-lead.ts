import type { NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import type { LeaderMembership } from "../threads/cluster-view.ts";
import { askNode, readReason } from "./ask-node.ts";
import { changeEnd, leaderForChange, saysWhatIsOpen } from "./change-end.ts";
import type { Deadline } from "./deadline.ts";

/** How long one attempt may take, in ms. The leader itself gives up after an election timeout. */
const CALL_MS = 10_000;

/** Reasons, by their beginning, for which a leader begins no transfer, but another attempt may succeed. */
const PASSING = ["this server does not lead", "a transfer to", "it already leads"];

/** Reasons, by a part of them, for which a transfer that was begun has failed. */
const BEGUN = ["did not take over", "this server no longer leads"];

/**
 * How an attempt failed. `never`: no leader will ever begin it. `notNow`: it was not begun. `open`: the target may have
 * been told to stand, and may do so late.
 */
type Failure = { readonly reason: string; readonly fate: "never" | "notNow" | "open" };

/** The target can never lead. Nothing was begun. */
class NeverLeadsError extends KontikiError {}

/**
 * Makes the leader transfer leadership to `target`, or to the best candidate, until another node leads (dissertation
 * 3.10).
 *
 * @returns the new leader.
 * @throws ChangeError when the time has run out or no quorum can come, KontikiError when the target can never lead.
 */
export async function transferLead(
  supervisor: RemoteSupervisor,
  target: NodeId | undefined,
  deadline: Deadline,
  pauseMs: number,
): Promise<NodeId> {
  let isOpen = false;
  const look = (): LeaderMembership | undefined => leaderForChange(supervisor, deadline);
  try {
    for (;;) {
      const { leader } = await deadline.wait(supervisor.events, look);
      if (leader === target) return leader;
      const failure = await tryToTransfer(supervisor, leader, target, deadline);
      if (failure?.fate === "never")
        throw new NeverLeadsError(deadline.failure(failure.reason).message);
      isOpen ||= failure?.fate !== "notNow";
      deadline.obstacle = failure?.reason;
      if (failure === undefined) {
        const next = await deadline.wait(supervisor.events, () => otherThan(leader, look()));
        if (target === undefined || next === target) return next;
        deadline.obstacle = `${next} was elected in its place`;
      }
      await deadline.pause(pauseMs);
    }
  } catch (error) {
    if (error instanceof NeverLeadsError && !isOpen) throw error;
    throw saysWhatIsOpen(changeEnd(error, isOpen));
  }
}

/** How it failed; undefined when the leader no longer leads. */
async function tryToTransfer(
  supervisor: RemoteSupervisor,
  leader: NodeId,
  target: NodeId | undefined,
  deadline: Deadline,
): Promise<Failure | undefined> {
  const timeoutMs = Math.min(deadline.leftMs, CALL_MS);
  const asked = await askNode(supervisor, leader, timeoutMs, {
    what: "transfer",
    here: (node) => node.transfer(target),
    elsewhere: { type: "transfer", node: leader, target },
    read: readReason,
  });
  if (asked.type !== "answer")
    return { reason: asked.why, fate: asked.type === "open" ? "open" : "notNow" };
  const { value: reason } = asked;
  return reason === undefined ? undefined : { reason, fate: fateOf(reason) };
}

/** What a leader's reason for a failed transfer tells. */
export function fateOf(reason: string): Failure["fate"] {
  if (PASSING.some((passing) => reason.startsWith(passing))) return "notNow";
  return BEGUN.some((begun) => reason.includes(begun)) ? "open" : "never";
}

function otherThan(leader: NodeId, now: LeaderMembership | undefined): NodeId | undefined {
  return now?.leader === leader ? undefined : now?.leader;
}
