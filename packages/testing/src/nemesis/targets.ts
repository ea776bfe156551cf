import { majority, type NodeId } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { Target } from "../scenario/fault.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import { SUBJECT } from "../scenario/faults/moments.ts";
import type { Skipped, Stage } from "./stage.ts";

/** What a choice of nodes depends on. */
type Around = Pick<Stage, "target" | "chance" | "subject">;

/** The nodes that a target names at this moment, at least one; or why there are none. */
export function nodesOf(wanted: Target, stage: Around): readonly NodeId[] | Skipped {
  const { target, chance, subject } = stage;
  if (wanted === SUBJECT) {
    const isThere = subject !== undefined && target.nodes.includes(subject);
    return isThere ? [subject] : nodesOf("any", stage);
  }
  const nodes = namesOf(wanted, target, chance);
  return nodes.length === 0 ? { skipped: noneOf(wanted) } : nodes;
}

function namesOf(wanted: Target, target: FaultTarget, chance: Chance): readonly NodeId[] {
  const leader = target.leader();
  const running = target.nodes.filter((node) => target.isRunning(node));
  // A deposed leader that does not know it yet may still count a removed node as a voter.
  const voters = target.membership().voters.filter((voter) => target.nodes.includes(voter));
  const most = voters.length === 0 ? 0 : majority(voters.length);
  switch (wanted) {
    case "leader":
      return leader === undefined ? [] : [leader];
    case "follower":
      return oneOf(
        running.filter((node) => node !== leader),
        chance,
      );
    case "any":
      return oneOf(running, chance);
    case "all":
      return target.nodes;
    case "minority":
      return chance.shuffled(voters).slice(0, voters.length - most);
    case "majority":
      return chance.shuffled(voters).slice(0, most);
    default:
      return target.nodes.filter((node) => node === wanted);
  }
}

function oneOf(nodes: readonly NodeId[], chance: Chance): readonly NodeId[] {
  const picked = chance.pick(nodes);
  return picked === undefined ? [] : [picked];
}

function noneOf(wanted: Target): string {
  switch (wanted) {
    case "leader":
      return "nobody leads";
    case "follower":
    case "any":
      return "no such node runs";
    case "minority":
      return "too few voters for a minority";
    default:
      return `there is no ${wanted}`;
  }
}
