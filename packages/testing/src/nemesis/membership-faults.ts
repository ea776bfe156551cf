import { isMember, type NodeId } from "@kontiki/core";
import type { MembershipFault } from "../scenario/fault.ts";
import { nothing, type Begun, type Skipped, type Stage } from "./stage.ts";
import { nodesOf } from "./targets.ts";
import {
  learnerGoal,
  pursue,
  removalGoal,
  shapeGoal,
  voterGoal,
  type MembershipGoal,
} from "./membership-goal.ts";

/** The most nodes of a cluster. */
const NODES_MAX = 9;
/** How often an operator checks whether a node that left can be removed, and the pause between two changes, in ms. */
const LOOK_MS = 100;

/** How soon after a hand-over the old leader may become deaf to the new one, in ms. */
const DEAF_AFTER_MS = 20;

/** Begins what an operator does. */
export function beginMembershipFault(stage: Stage, fault: MembershipFault): Begun | Skipped {
  switch (fault.type) {
    case "add":
      return added(stage, (node, uid) => voterGoal(node, uid));
    case "addLearner":
      return added(stage, learnerGoal);
    case "replace":
      return replace(stage, fault.node);
    case "remove":
      return remove(stage, fault.node);
    case "promote":
      return promote(stage);
    case "grow":
      return grow(stage, fault.to);
    case "shrink":
      return shrink(stage, fault.to);
    case "reshape":
      return reshape(stage, fault);
    case "transfer":
      return transfer(stage, fault);
    case "snapshot":
      return order(stage, fault.node, (node) => stage.target.snapshot(node));
    case "compact":
      return order(stage, fault.node, (node) => stage.target.compact(node));
    default:
      return fault satisfies never;
  }
}

/** Makes a node and adds it to the cluster. If it never becomes a member, nothing is left of it. */
function addNew(
  stage: Stage,
  goalOf: (node: NodeId, uid: number) => MembershipGoal,
  onDone: () => void,
  onFailed: () => void = nothing,
): { readonly node: NodeId; readonly giveUp: () => void } {
  const { target } = stage;
  const node = target.addNode();
  const { giveUp } = pursue(stage, goalOf(node, target.uid(node)), onDone, () => {
    onFailed();
    const isInSome = target.memberships().some((membership) => isMember(membership, node));
    if (!isInSome) takeAway(stage, node);
  });
  return { node, giveUp };
}

function added(
  stage: Stage,
  goalOf: (node: NodeId, uid: number) => MembershipGoal,
): Begun | Skipped {
  if (stage.target.nodes.length >= NODES_MAX) return { skipped: "a cluster has at most 9 nodes" };
  const { node, giveUp } = addNew(stage, goalOf, stage.over);
  return { nodes: [node], end: giveUp };
}

function replace(stage: Stage, wanted: string): Begun | Skipped {
  const { target, atlas } = stage;
  if (target.nodes.length >= NODES_MAX) return { skipped: "a cluster has at most 9 nodes" };
  const old = voterOf(stage, wanted);
  if (typeof old !== "string") return old;
  const stays = atlas.expectRemoval(old);
  const { node, giveUp } = addNew(
    stage,
    (fresh, uid) => voterGoal(fresh, uid, old),
    () => {
      stays();
      takeAway(stage, old);
      stage.over();
    },
    stays,
  );
  return { nodes: [old, node], end: giveUp };
}

function remove(stage: Stage, wanted: string): Begun | Skipped {
  const node = voterOf(stage, wanted);
  if (typeof node !== "string") return node;
  stage.announce([node]);
  const { giveUp } = sendAway(stage, node, stage.over);
  return { nodes: [node], end: giveUp };
}

function sendAway(stage: Stage, node: NodeId, onDone: () => void): { giveUp: () => void } {
  const stays = stage.atlas.expectRemoval(node);
  const whenGone = (): void => {
    stays();
    takeAway(stage, node);
    onDone();
  };
  return pursue(stage, removalGoal(node), whenGone, stays);
}

/** Removes a node that has left, with its disk; but not while it has another node's disk, which must survive. */
function takeAway(stage: Stage, node: NodeId): void {
  const { target, atlas } = stage;
  if (!target.nodes.includes(node)) return;
  if (atlas.isSwapped(node)) target.timeline.after(LOOK_MS, () => takeAway(stage, node));
  else target.removeNode(node);
}

/** One of the nodes that a target names, if it may be removed. */
function voterOf(stage: Stage, wanted: string): NodeId | Skipped {
  const { target, atlas } = stage;
  const found = nodesOf(wanted, stage);
  if ("skipped" in found) return found;
  const node = found.find((each) => isMember(target.membership(), each));
  if (node === undefined) return { skipped: `${found.join(", ")} is no member` };
  const forbidden = atlas.objectionToRemoval(node);
  return forbidden === undefined ? node : { skipped: forbidden };
}

function promote(stage: Stage): Begun | Skipped {
  const { target, chance, over } = stage;
  const { learners, promotions } = target.membership();
  const waiting = learners.filter((learner) => !promotions.some(({ node }) => node === learner));
  const node = chance.pick(waiting.filter((learner) => target.nodes.includes(learner)));
  if (node === undefined) return { skipped: "there is no learner to promote" };
  const { giveUp } = pursue(stage, voterGoal(node, target.uid(node)), over);
  return { nodes: [node], end: giveUp };
}

/** Adds one voter after another. */
function grow(stage: Stage, to: number): Begun | Skipped {
  const { target, over } = stage;
  const isLess = (): boolean =>
    target.membership().voters.length < to && target.nodes.length < NODES_MAX;
  if (!isLess()) return { skipped: `there are ${target.membership().voters.length} voters` };
  return oneByOne(stage, () => {
    if (isLess()) return (onDone) => addNew(stage, (node, uid) => voterGoal(node, uid), onDone);
    over();
    return undefined;
  });
}

/** Removes one voter after another, any that may be removed. */
function shrink(stage: Stage, to: number): Begun | Skipped {
  const { target, atlas, chance, over } = stage;
  const leaving = (): NodeId | undefined => {
    const { voters } = target.membership();
    const free = voters.filter((voter) => atlas.objectionToRemoval(voter) === undefined);
    return voters.length > to ? chance.pick(free) : undefined;
  };
  const first = leaving();
  if (first === undefined) return { skipped: "no voter may leave" };
  let next: NodeId | undefined = first;
  return oneByOne(stage, () => {
    const node = next ?? leaving();
    next = undefined;
    if (node !== undefined) return (onDone) => sendAway(stage, node, onDone);
    over();
    return undefined;
  });
}

/** Adds, removes and demotes several voters in one change. New voters have empty disks at first, so they must keep them meanwhile. */
function reshape(
  stage: Stage,
  { in: come, out, demote = 0 }: MembershipFault & { readonly type: "reshape" },
): Begun | Skipped {
  const { target, atlas, chance } = stage;
  const room = Math.min(come, NODES_MAX - target.nodes.length);
  const ends: (() => void)[] = [];
  const leaving: NodeId[] = [];
  const demoted: { readonly node: NodeId; readonly uid: number }[] = [];
  for (const voter of chance.shuffled(target.membership().voters)) {
    if (leaving.length < out && atlas.objectionToRemoval(voter) === undefined) {
      leaving.push(voter);
      ends.push(atlas.expectRemoval(voter));
    } else if (demoted.length < demote && atlas.objectionToDemotion(voter, false) === undefined) {
      demoted.push({ node: voter, uid: target.uid(voter) });
      ends.push(atlas.expectDemotion(voter));
    }
  }
  if (room + leaving.length + demoted.length === 0)
    return { skipped: "no voter may come or leave" };
  const coming = Array.from({ length: room }, () => {
    const node = target.addNode();
    ends.push(atlas.expectArrival(node));
    return { node, uid: target.uid(node) };
  });
  const settle = (gone: readonly NodeId[]): void => {
    for (const end of ends) end();
    for (const node of gone) takeAway(stage, node);
  };
  const { giveUp } = pursue(
    stage,
    shapeGoal(coming, leaving, demoted),
    () => {
      settle(leaving);
      stage.over();
    },
    () => {
      const known = target.memberships();
      const isNowhere = (node: NodeId): boolean => !known.some((each) => isMember(each, node));
      settle(coming.map(({ node }) => node).filter(isNowhere));
    },
  );
  const named = [...demoted, ...coming].map(({ node }) => node);
  return { nodes: [...leaving, ...named], end: giveUp };
}

type Attempt = (onDone: () => void) => { readonly giveUp: () => void };

/**
 * Makes one change after another, until `next` has none. Between two changes the operator pauses: a deposed leader that
 * does not know it yet still uses an older membership, in which nothing is done yet.
 */
function oneByOne({ target }: Stage, next: () => Attempt | undefined): Begun {
  let isOver = false;
  let giveUp = nothing;
  const go = (): void => {
    if (isOver) return;
    const attempt = next();
    if (attempt !== undefined) ({ giveUp } = attempt(() => target.timeline.after(LOOK_MS, go)));
  };
  go();
  return {
    nodes: [],
    end: () => {
      isOver = true;
      giveUp();
    },
  };
}

function transfer(
  stage: Stage,
  { node: wanted, deaf = false }: MembershipFault & { readonly type: "transfer" },
): Begun | Skipped {
  const { target, chance, over, after } = stage;
  const old = target.leader();
  if (old === undefined) return { skipped: "nobody leads" };
  const found = wanted === undefined ? [] : nodesOf(wanted, stage);
  if ("skipped" in found) return found;
  const [next] = found;
  target.transfer(next);
  if (!deaf || next === undefined || next === old) {
    over();
    return { nodes: found, end: nothing };
  }
  let hears = nothing;
  // A target that is behind must first acknowledge what it gets.
  after(chance.between(0, DEAF_AFTER_MS), () => {
    hears = target.network.beginCut("oneWay", (from, to) => from === next && to === old);
  });
  return { nodes: found, end: () => hears() };
}

function order(stage: Stage, wanted: string, act: (node: NodeId) => void): Begun | Skipped {
  const { target, over } = stage;
  const found = nodesOf(wanted, stage);
  if ("skipped" in found) return found;
  const nodes = found.filter((node) => target.isRunning(node));
  if (nodes.length === 0) return { skipped: `${found.join(", ")} does not run` };
  for (const node of nodes) act(node);
  over();
  return { nodes, end: nothing };
}
