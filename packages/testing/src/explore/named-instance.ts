import type { BoundOptions } from "./bounds.ts";

/** Bounds within which all states can be seen, and how many there are. */
export type NamedInstance = {
  /** A unique name: lowercase words with hyphens. Those of large ones begin with `large-`. */
  readonly name: string;
  /** What is explored, in a few words. */
  readonly about: string;
  /** Its bounds. */
  readonly options: BoundOptions;
  /** The number of states. */
  readonly states: number;
  /** Without symmetry. */
  readonly unreduced: number;
  /** The greatest number of transitions from the start to any state. */
  readonly depth: number;
};

/** Parts of bounds that several instances have. */
export const BARE = { crashes: 0, proposals: 0, inflight: 1 };
export const LEASES = { reads: 1, heartbeats: 1, config: { leases: true, quorumBeats: 2 } };
export const EAGER_LEASES = { reads: 1, heartbeats: 1, config: { leases: true, quorumBeats: 1 } };
export const PRE_VOTE = { config: { preVote: true } };
export const CHECKED = { config: { quorumBeats: 1 } };
export const CAUTIOUS = { heartbeats: 2, config: { preVote: true, quorumBeats: 1 } };

/** Names the bounds of an exploration, with its number of states, that without symmetry, and its depth. */
export function named(
  name: string,
  about: string,
  options: BoundOptions,
  [states, unreduced, depth]: readonly [number, number, number],
): NamedInstance {
  return { name, about, options, states, unreduced, depth };
}
