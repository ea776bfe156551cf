import type { Event, State } from "@kontiki/core";
import type { SteppedNode } from "./noteworthy.ts";

/**
 * What a node has heard, as far as it tells how much time has passed. It survives a crash: time passes for a node that is
 * down as well.
 *
 * The model has no clocks. It knows one thing about time: when a node has heard no leader for an election timeout, each
 * round that it heard before began at least that long ago, so no lease that depends on such a round is valid any more. All
 * other leases may be valid: that is more than any clock within the bound of the drift allows, so a search misses nothing.
 */
export type Heard = {
  /** The latest round that it heard from the leader of each term, at term - 1. */
  readonly rounds: readonly number[];
  /** Whether its timer was set to a short delay, because its leader is gone: then its timeout tells nothing about time. */
  readonly hastened: boolean;
};

/** What a node has heard before its first start. */
export const NOTHING_HEARD: Heard = { rounds: [], hastened: false };

/** What a node has heard after a step, and the rounds that are now known to have begun an election timeout ago. */
export function heardAfter(
  heard: Heard,
  { event, after: { state }, effects }: SteppedNode,
): { readonly heard: Heard; readonly passed: readonly number[] } {
  if (isTimeout(event) && !(event.type === "electionTimeout" && heard.hastened))
    return { heard: NOTHING_HEARD, passed: heard.rounds };
  const timer = effects.findLast(({ type }) => type.endsWith("ElectionTimer"))?.type;
  const hastened = timer === undefined ? heard.hastened : timer === "hastenElectionTimer";
  return { heard: { rounds: roundsAfter(heard.rounds, event, state), hastened }, passed: [] };
}

function isTimeout({ type }: Event<string>): boolean {
  return type === "electionTimeout" || type === "leaderSilent";
}

function roundsAfter(
  rounds: readonly number[],
  event: Event<string>,
  { term, role }: State,
): readonly number[] {
  if (event.type !== "message" || event.message.type !== "appendEntries") return rounds;
  const { from, message } = event;
  const isLed = role.type === "follower" && role.leader === from && message.term === term;
  if (!isLed) return rounds;
  const heard = Array.from({ length: term }, (_none, at) => (at === term - 1 ? message.round : 0));
  return latestOf(rounds, heard);
}

/** The later round of each term. */
export function latestOf(one: readonly number[], other: readonly number[]): readonly number[] {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_none, at) => Math.max(one[at] ?? 0, other[at] ?? 0));
}
