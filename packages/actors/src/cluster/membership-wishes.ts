import { isJoint, isMember, uidOf, type Change, type Membership, type NodeId } from "@kontiki/core";
import { KontikiError, messageOf } from "../errors.ts";
import { isFullVoter } from "./members.ts";
import type { ChangeAnswer, RemoteControl } from "../mail/protocol.ts";
import type { LeaderMembership, Supervisor } from "../threads/supervisor.ts";
import type { Patience } from "./waiting.ts";

/** How long a leader may take to say whether it takes a change, in ms: longer than the longest turn. */
const CALL_MS = 10_000;

/** No leader ever takes such a change. It is in no log. */
export class RefusedChangeError extends KontikiError {
  override readonly name = "RefusedChangeError";
}

/** A membership that somebody wants. */
export type Wish = {
  /** Whether it is fulfilled by a committed membership that is not joint. */
  readonly holds: (membership: Membership) => boolean;
  /** What to ask a leader for; undefined when it was asked for and goes on by itself. */
  readonly changes: (membership: Membership) => readonly Change[] | undefined;
};

/** A node shall vote with the disk `uid`, in the place of `replaces` if that is named. */
export function votes(node: NodeId, uid: number, replaces?: NodeId): Wish {
  return {
    holds: (membership) =>
      isFullVoter(membership, node) &&
      uidOf(membership, node) === uid &&
      (replaces === undefined || !isMember(membership, replaces)),
    changes: ({ promotions }) =>
      promotions.some((promotion) => promotion.node === node)
        ? undefined
        : [{ type: "addLearner", node, uid, promote: true, replaces }],
  };
}

/** A node shall get the log and have no vote. */
export function learns(node: NodeId, uid: number): Wish {
  return {
    holds: ({ learners }) => learners.includes(node),
    changes: () => [{ type: "addLearner", node, uid, promote: false, replaces: undefined }],
  };
}

/** A node shall be no member. */
export function isGone(node: NodeId): Wish {
  return {
    holds: (membership) => !isMember(membership, node),
    changes: () => [{ type: "remove", node }],
  };
}

/**
 * Asks whoever leads, again and again, until its membership is as wished, and committed. A leader takes one change at a
 * time, and none before it has committed an entry of its term (dissertation 4.1): that is waited for.
 *
 * @throws RefusedChangeError for a change that is never taken, KontikiError when the time is over.
 */
export async function fulfil(
  supervisor: Supervisor,
  wish: Wish,
  patience: Patience,
  pauseMs: number,
): Promise<void> {
  for (;;) {
    const known = await patience.for(supervisor.events, () => supervisor.whoLeads());
    const { membership, committed } = known;
    const atRest = committed && !isJoint(membership);
    if (atRest && wish.holds(membership)) return;
    const changes = atRest ? wish.changes(membership) : undefined;
    if (changes === undefined) patience.obstacle = obstacleIn(membership);
    else if (!(await isTaken(supervisor, known, changes, patience))) {
      await patience.pause(pauseMs);
      continue;
    }
    await patience.for(supervisor.events, () => isOther(supervisor.whoLeads(), known) || undefined);
  }
}

/** Whether a leader took a change; false when it may in a moment. */
async function isTaken(
  supervisor: Supervisor,
  { leader }: LeaderMembership,
  changes: readonly Change[],
  patience: Patience,
): Promise<boolean> {
  const control = supervisor.child(leader)?.thread?.control;
  if (control === undefined) return false;
  let answer: ChangeAnswer;
  try {
    const timeoutMs = Math.min(patience.leftMs, CALL_MS);
    const ask = async (node: RemoteControl): Promise<ChangeAnswer> =>
      node.changeMembership(changes);
    answer = await control.call("membership change", timeoutMs, ask);
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    patience.obstacle = messageOf(error);
    return false;
  }
  if (answer.taken) return true;
  if (!mayBeTakenLater(answer.reason))
    throw new RefusedChangeError(patience.failure(answer.reason).message);
  patience.obstacle = answer.reason;
  return false;
}

/** What a leader says when it takes no change now: another time it may, or another leader. */
const PASSING = [
  "this server does not lead",
  "leadership is being transferred",
  "a membership change is under way",
  "the leader has not committed an entry of its term yet",
  "the membership is already as requested",
];

/** Whether the reason why a change was not taken is one that passes. */
export function mayBeTakenLater(reason: string): boolean {
  return PASSING.some((passing) => reason.startsWith(passing));
}

function isOther(now: LeaderMembership | undefined, known: LeaderMembership): boolean {
  if (now === undefined) return false;
  return (
    now.leader !== known.leader || now.index !== known.index || now.committed !== known.committed
  );
}

function obstacleIn({ promotions }: Membership): string {
  const learners = promotions.map(({ node }) => node).join(", ");
  return learners === ""
    ? "the membership is not committed yet"
    : `${learners} has not caught up yet`;
}
