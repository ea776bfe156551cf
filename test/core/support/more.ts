/** More builders for tests of the core: memberships, and the requests of clients and operators and their answers. */
import {
  index,
  initialMembership,
  term,
  type Change,
  type Effect,
  type Entry,
  type Event,
  type InForce,
  type LogPosition,
  type Membership,
  type NodeId,
  type Promotion,
} from "@kontiki/core";
import { a, b, c, type Command } from "./core.ts";

/** Pre-vote, and a leader that steps down after three heartbeats without its majority. */
export const ON = { preVote: true, quorumBeats: 3 } as const;

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

export function position(at: number, inTerm: number): LogPosition {
  return { index: index(at), term: term(inTerm) };
}

export function promotion(node: NodeId, replaces?: NodeId): Promotion {
  return { node, replaces };
}

export const leaderSilent = { type: "leaderSilent" } as const;

export function peerDown(node: NodeId): Event<Command> {
  return { type: "peerDown", node };
}

export function read(id: number, leased = false): Event<Command> {
  return { type: "read", id, leased };
}

export function transferTo(target: NodeId | undefined): Event<Command> {
  return { type: "transfer", target };
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

export function readReady(id: number, at: number): Effect<Command> {
  return { type: "readReady", id, index: index(at) };
}

export function rejectRead(id: number, known?: NodeId): Effect<Command> {
  return { type: "rejectRead", id, leader: known };
}

/** A transfer has ended: without a reason, because another server leads. */
export function transferEnded(target: NodeId | undefined, reason?: string): Effect<Command> {
  return { type: "transferEnded", target, reason };
}
