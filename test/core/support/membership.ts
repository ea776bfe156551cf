/** Builders for tests of memberships and their changes. */
import {
  index,
  initialMembership,
  term,
  type Change,
  type Effect,
  type Entry,
  type Event,
  type InForce,
  type Membership,
  type NodeId,
  type Promotion,
} from "@kontiki/core";
import { a, b, c, type Command } from "./core.ts";

type Given = Partial<Omit<Membership, "uids">> & {
  readonly uids?: Readonly<Record<string, number>>;
};

/** By default, the voters `a`, `b` and `c`, and nothing else. */
export function members(given: Given = {}): Membership {
  return { ...initialMembership([a, b, c]), ...given };
}

/** A membership in force from an entry on. */
export function inForce(at: number, given: Given = {}): InForce {
  return { index: index(at), membership: members(given) };
}

/** The entry of a membership. */
export function membershipEntry(at: number, inTerm: number, given: Given = {}): Entry<Command> {
  return { type: "membership", index: index(at), term: term(inTerm), membership: members(given) };
}

export function promotion(node: NodeId, replaces?: NodeId): Promotion {
  return { node, replaces };
}

export function change(...changes: readonly Change[]): Event<Command> {
  return { type: "changeMembership", changes };
}

export function addVoter(node: NodeId, uid = 0): Change {
  return { type: "addVoter", node, uid };
}

/** By default, a learner that is not to be promoted. */
export function addLearner(
  node: NodeId,
  given: { readonly uid?: number; readonly promote?: boolean; readonly replaces?: NodeId } = {},
): Change {
  const { uid = 0, promote = false, replaces } = given;
  return { type: "addLearner", node, uid, promote, replaces };
}

export function remove(node: NodeId): Change {
  return { type: "remove", node };
}

export function changeTaken(at: number): Effect<Command> {
  return { type: "changeTaken", index: index(at) };
}

export function rejectChange(reason: string): Effect<Command> {
  return { type: "rejectChange", reason };
}
