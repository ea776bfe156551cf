import { isJoint, isMember, uidOf, type Change, type Membership, type NodeId } from "@kontiki/core";
import { nothing, type Stage } from "./stage.ts";

/** How often an operator looks, and when a change that was taken and is not there is asked for again, in ms. */
const LOOK_MS = 100;
const PATIENCE_MS = 2_000;
/** How often it is looked after the faults have ended whether a change has come about by itself. */
const LAST_LOOKS = 50;

/** A membership that an operator wants. */
export type Wish = {
  /** Whether a committed membership fulfils it. */
  readonly holds: (membership: Membership) => boolean;
  /** What to ask the leader for. */
  readonly changes: readonly Change[];
};

/** A node shall vote, in the place of another if that is named. */
export function votes(node: NodeId, uid: number, replaces?: NodeId): Wish {
  return {
    holds: (membership) =>
      membership.voters.includes(node) &&
      uidOf(membership, node) === uid &&
      (replaces === undefined || !isMember(membership, replaces)),
    changes: [{ type: "addLearner", node, uid, promote: true, replaces }],
  };
}

/** A node shall get the log and have no vote. */
export function learns(node: NodeId, uid: number): Wish {
  return {
    holds: ({ learners }) => learners.includes(node),
    changes: [{ type: "addLearner", node, uid, promote: false, replaces: undefined }],
  };
}

/** A node shall be no member. */
export function isGone(node: NodeId): Wish {
  return {
    holds: (membership) => !isMember(membership, node),
    changes: [{ type: "remove", node }],
  };
}

/**
 * Asks whoever leads, again and again, until a wish is fulfilled or given up. A change may come about after that: it is
 * looked for some seconds more. Then one of `onDone` and `onFailed` is called, once.
 */
export function strive(
  stage: Stage,
  wish: Wish,
  onDone: () => void,
  onFailed: () => void = nothing,
): { readonly giveUp: () => void } {
  const { target, counters } = stage;
  let looksLeft = Number.POSITIVE_INFINITY;
  let askedAt: number | undefined;
  /** Orders that nobody has answered: a leader that stands still may take one up long after it was given. */
  let open = 0;
  const ask = (): void => {
    askedAt = target.timeline.now;
    open += 1;
    target.change(wish.changes, (refusal) => {
      open -= 1;
      counters.count(refusal === undefined ? "change.taken" : "change.refused");
      if (refusal !== undefined) askedAt = undefined;
    });
  };
  const look = (): void => {
    if (isFulfilled(target.memberships(), wish)) {
      counters.count("change.done");
      return onDone();
    }
    looksLeft -= 1;
    if (looksLeft <= 0 && open === 0) return onFailed();
    const isWaiting = askedAt !== undefined && target.timeline.now < askedAt + PATIENCE_MS;
    if (looksLeft === Number.POSITIVE_INFINITY && !isWaiting && isOpen(stage, wish)) ask();
    target.timeline.after(LOOK_MS, look);
  };
  look();
  return {
    giveUp: () => {
      looksLeft = Math.min(looksLeft, LAST_LOOKS);
    },
  };
}

function isFulfilled(memberships: readonly Membership[], { holds }: Wish): boolean {
  const [only, ...others] = memberships;
  return only !== undefined && others.length === 0 && !isJoint(only) && holds(only);
}

/**
 * Whether there is anything to ask for, and it may be asked for: a promotion goes on by itself, and who may leave may have
 * come to be needed since the wish was made.
 */
function isOpen({ target, atlas }: Stage, { holds, changes }: Wish): boolean {
  const membership = target.membership();
  if (target.leader() === undefined || isJoint(membership) || holds(membership)) return false;
  const leaving = changes.map(leavingBy).filter((node) => node !== undefined);
  if (leaving.some((node) => atlas.whyNoRemoval(node) !== undefined)) return false;
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
