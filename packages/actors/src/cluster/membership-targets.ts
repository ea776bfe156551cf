import { isJoint, isMember, uidOf, type Change, type Membership, type NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import { isFullVoter, mayBeMember } from "./members.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import type { LeaderMembership } from "../threads/cluster-view.ts";
import { askNode, readChangeAnswer } from "./ask-node.ts";
import { changeEnd, leaderForChange } from "./change-end.ts";
import type { Deadline } from "./deadline.ts";
import { lackOfDisks } from "./lost-voters.ts";

/** How long a leader may take to answer a request, in ms: longer than the longest turn. */
const CALL_MS = 10_000;

/** A change that no leader will ever accept. It is in no log. */
export class RefusedChangeError extends KontikiError {
  override readonly name = "RefusedChangeError";
}

/** A requested state of the membership. */
export type MembershipTarget = {
  /** Whether a committed membership that is not joint has that state. */
  readonly holds: (membership: Membership) => boolean;
  /** What to request from a leader; undefined if it was requested and continues automatically. */
  readonly changes: (membership: Membership) => readonly Change[] | undefined;
  /** The voters that leave, or lose their votes. Default: none. */
  readonly leaving?: readonly NodeId[] | undefined;
};

/** The node is a voter with the disk `uid`, and `replaces`, if given, is removed. */
export function voter(node: NodeId, uid: number, replaces?: NodeId): MembershipTarget {
  return {
    leaving: replaces === undefined ? [] : [replaces],
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

/** The node gets the log and has no vote. */
export function learner(node: NodeId, uid: number): MembershipTarget {
  return {
    holds: ({ learners }) => learners.includes(node),
    changes: () => [{ type: "addLearner", node, uid, promote: false, replaces: undefined }],
  };
}

/** A node, and which disk it has. */
export type Disk = { readonly node: NodeId; readonly uid: number };

/** The first are voters, the next are not members, the last are learners: all by one change. */
export function shape(
  coming: readonly Disk[],
  leaving: readonly NodeId[],
  demoted: readonly Disk[],
): MembershipTarget {
  const changes: readonly Change[] = [
    ...coming.map(({ node, uid }) => ({ type: "addVoter", node, uid }) as const),
    ...leaving.map((node) => ({ type: "remove", node }) as const),
    ...demoted.map(
      ({ node, uid }) =>
        ({ type: "addLearner", node, uid, promote: false, replaces: undefined }) as const,
    ),
  ];
  return {
    leaving: [...leaving, ...demoted.map(({ node }) => node)],
    holds: (membership) =>
      coming.every(
        ({ node, uid }) => isFullVoter(membership, node) && uidOf(membership, node) === uid,
      ) &&
      !leaving.some((node) => isMember(membership, node)) &&
      demoted.every(({ node }) => membership.learners.includes(node)),
    changes: () => changes,
  };
}

/** The node is not a member. */
export function removed(node: NodeId): MembershipTarget {
  return {
    leaving: [node],
    holds: (membership) => !isMember(membership, node),
    changes: () => [{ type: "remove", node }],
  };
}

/** What became of a request to a leader. `open`: it may have been accepted. */
type Fate = "taken" | "open" | "notNow";

/**
 * Sends requests to the current leader, again and again, until its membership has the target state and is committed. A
 * leader accepts one change at a time, and none before it has committed an entry of its term (dissertation 4.1); this
 * waits for both, and until enough of the voters that stay have their disks.
 *
 * @param deadline is open from the first request on that a leader may have accepted.
 * @throws RefusedChangeError for a change that is never accepted, ChangeError when the time has run out or no quorum can
 *   come.
 */
export async function reach(
  supervisor: RemoteSupervisor,
  target: MembershipTarget,
  deadline: Deadline,
  pauseMs: number,
): Promise<void> {
  const look = (): LeaderMembership | undefined => leaderForChange(supervisor, deadline);
  try {
    for (;;) {
      const known = await deadline.wait(supervisor.events, look);
      const { membership, committed } = known;
      const atRest = committed && !isJoint(membership);
      if (atRest && target.holds(membership)) return;
      const changes = atRest ? target.changes(membership) : undefined;
      if (changes === undefined) {
        // At rest, an earlier request for the same leads to the target.
        deadline.isOpen ||= atRest;
        deadline.obstacle = obstacleIn(membership);
      } else {
        const lack = await lackOfDisks(supervisor, membership, target.leaving ?? []);
        deadline.obstacle = lack;
        const fate =
          lack === undefined ? await request(supervisor, known, changes, deadline) : "notNow";
        deadline.isOpen ||= fate !== "notNow";
        if (fate !== "taken") {
          await deadline.pause(pauseMs);
          continue;
        }
      }
      await deadline.wait(supervisor.events, () => isOther(look(), known) || undefined);
    }
  } catch (error) {
    if (error instanceof RefusedChangeError && !deadline.isOpen) throw error;
    throw changeEnd(error, deadline.isOpen);
  }
}

/** Requests a change from a leader. @throws RefusedChangeError when no leader will ever accept it. */
async function request(
  supervisor: RemoteSupervisor,
  { leader, membership }: LeaderMembership,
  changes: readonly Change[],
  deadline: Deadline,
): Promise<Fate> {
  const timeoutMs = Math.min(deadline.leftMs, CALL_MS);
  const asked = await askNode(supervisor, leader, timeoutMs, {
    what: "membership change",
    here: (node) => node.changeMembership(changes),
    elsewhere: { type: "change", node: leader, changes },
    read: readChangeAnswer,
  });
  if (asked.type !== "answer") {
    deadline.obstacle = asked.why;
    return asked.type === "open" ? "open" : "notNow";
  }
  const { value: answer } = asked;
  if (answer.taken) return "taken";
  if (!mayBeTakenLater(answer.reason))
    throw new RefusedChangeError(
      deadline.failure(usedDisk(membership, changes) ?? answer.reason).message,
    );
  deadline.obstacle = answer.reason;
  return "notNow";
}

/** Which node cannot come in with its disk, and what to do. */
function usedDisk(membership: Membership, changes: readonly Change[]): string | undefined {
  const found = changes.find(
    (change) => change.type !== "remove" && !mayBeMember(membership, change.node, change.uid),
  );
  return (
    found &&
    `${found.node} is not a member, and cannot become one with the disk that it has: remove it, and add it again`
  );
}

/** Reasons for a rejection that are temporary: the same or another leader may accept the change later. */
const PASSING = [
  "this server does not lead",
  "leadership is being transferred",
  "a membership change is under way",
  "the leader has not committed an entry of its term yet",
  "the membership is already as requested",
];

/** Whether the reason for a rejection is temporary. */
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
