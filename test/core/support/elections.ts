/** Builders for tests of elections, timers and transfers of leadership. */
import { index, term, type Effect, type Event, type LogPosition, type NodeId } from "@kontiki/core";
import type { Command } from "./core.ts";

/** Pre-vote, and a leader that steps down after three heartbeats without its majority. */
export const ON = { preVote: true, quorumBeats: 3 } as const;

export function position(at: number, inTerm: number): LogPosition {
  return { index: index(at), term: term(inTerm) };
}

export const leaderSilent = { type: "leaderSilent" } as const;

export function peerDown(node: NodeId): Event<Command> {
  return { type: "peerDown", node };
}

export function transferTo(target: NodeId | undefined): Event<Command> {
  return { type: "transfer", target };
}

/** A transfer has ended: without a reason, because another server leads. */
export function transferEnded(target: NodeId | undefined, reason?: string): Effect<Command> {
  return { type: "transferEnded", target, reason };
}
