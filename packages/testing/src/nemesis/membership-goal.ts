import { isJoint, isMember, uidOf, type Change, type Membership, type NodeId } from "@kontiki/core";
import { nothing, type Stage } from "./stage.ts";

/** How often an operator checks, and after which time it requests a change again that was taken but not made, in ms. */
const LOOK_MS = 100;
const PATIENCE_MS = 2_000;
/** How often it checks after it has given up, because a change may still be made. */
const LAST_LOOKS = 50;

/** A membership that an operator wants. */
export type MembershipGoal = {
  /** Whether a committed membership fulfils it. */
  readonly isMetBy: (membership: Membership) => boolean;
  /** The changes to request from the leader. */
  readonly changes: readonly Change[];
  /** The voters that these make learners. */
  readonly demotions?: readonly NodeId[];
};

/** The node is a voter, in place of another if that is named. */
export function voterGoal(node: NodeId, uid: number, replaces?: NodeId): MembershipGoal {
  return {
    isMetBy: (membership) =>
      membership.voters.includes(node) &&
      uidOf(membership, node) === uid &&
      (replaces === undefined || !isMember(membership, replaces)),
    changes: [{ type: "addLearner", node, uid, promote: true, replaces }],
  };
}

/** The node is a learner: it gets the log and has no vote. */
export function learnerGoal(node: NodeId, uid: number): MembershipGoal {
  return {
    isMetBy: ({ learners }) => learners.includes(node),
    changes: [{ type: "addLearner", node, uid, promote: false, replaces: undefined }],
  };
}

type Disk = { readonly node: NodeId; readonly uid: number };

/** The first are voters, the next are not members, the last are no voters any more: in one change. */
export function shapeGoal(
  coming: readonly Disk[],
  leaving: readonly NodeId[],
  demoted: readonly Disk[] = [],
): MembershipGoal {
  return {
    isMetBy: (membership) =>
      coming.every(
        ({ node, uid }) => membership.voters.includes(node) && uidOf(membership, node) === uid,
      ) &&
      !leaving.some((node) => isMember(membership, node)) &&
      !demoted.some(({ node }) => membership.voters.includes(node)),
    changes: [
      ...coming.map(({ node, uid }) => ({ type: "addVoter", node, uid }) as const),
      ...leaving.map((node) => ({ type: "remove", node }) as const),
      ...demoted.map(
        ({ node, uid }) =>
          ({ type: "addLearner", node, uid, promote: false, replaces: undefined }) as const,
      ),
    ],
    demotions: demoted.map(({ node }) => node),
  };
}

/** The node is not a member. */
export function removalGoal(node: NodeId): MembershipGoal {
  return {
    isMetBy: (membership) => !isMember(membership, node),
    changes: [{ type: "remove", node }],
  };
}

/**
 * Asks the current leader, again and again, until the goal is met or given up. A change may still be made after giving up:
 * the operator checks for some seconds more. Then it calls one of `onDone` and `onFailed`, once.
 */
export function pursue(
  stage: Stage,
  goal: MembershipGoal,
  onDone: () => void,
  onFailed: () => void = nothing,
): { readonly giveUp: () => void } {
  const { target, counters } = stage;
  let looksLeft = Number.POSITIVE_INFINITY;
  let askedAt: number | undefined;
  /** Requests without an answer: a paused leader may take one up much later. */
  let open = 0;
  const ask = (): void => {
    askedAt = target.timeline.now;
    open += 1;
    target.change(goal.changes, (refusal) => {
      open -= 1;
      counters.count(refusal === undefined ? "change.taken" : "change.refused");
      if (refusal !== undefined) askedAt = undefined;
    });
  };
  const look = (): void => {
    if (isMet(target.memberships(), goal)) {
      counters.count("change.done");
      return onDone();
    }
    looksLeft -= 1;
    if (looksLeft <= 0 && open === 0) return onFailed();
    const isWaiting = askedAt !== undefined && target.timeline.now < askedAt + PATIENCE_MS;
    if (looksLeft === Number.POSITIVE_INFINITY && !isWaiting && mayAsk(stage, goal)) ask();
    target.timeline.after(LOOK_MS, look);
  };
  look();
  return {
    giveUp: () => {
      looksLeft = Math.min(looksLeft, LAST_LOOKS);
    },
  };
}

function isMet(memberships: readonly Membership[], { isMetBy }: MembershipGoal): boolean {
  const [only, ...others] = memberships;
  return only !== undefined && others.length === 0 && !isJoint(only) && isMetBy(only);
}

/**
 * Whether there is anything to request, and the request is allowed now: a promotion in progress needs no request, and a node
 * that could be removed at first may be needed by now.
 */
function mayAsk(
  { target, atlas }: Stage,
  { isMetBy, changes, demotions = [] }: MembershipGoal,
): boolean {
  const membership = target.membership();
  if (target.leader() === undefined || isJoint(membership) || isMetBy(membership)) return false;
  const leaving = changes.map(leavingBy).filter((node) => node !== undefined);
  if (leaving.some((node) => atlas.objectionToRemoval(node) !== undefined)) return false;
  if (demotions.some((node) => atlas.objectionToDemotion(node, true) !== undefined)) return false;
  return !membership.promotions.some(({ node }) =>
    changes.some(
      (change) => change.type === "addLearner" && change.promote && change.node === node,
    ),
  );
}

function leavingBy(change: Change): NodeId | undefined {
  if (change.type === "remove") return change.node;
  return change.type === "addLearner" ? change.replaces : undefined;
}
