import type { ExploreOptions } from "@kontiki/testing";
import type { Hunt, HuntName } from "./hunt.ts";

/** The hunts of the explorer. */
export const EXPLORATIONS = {
  explore: explored({ nodes: 3, terms: 3, proposals: 1, crashes: 1, inflight: 2 }),
  "explore-async": explored({
    nodes: 3,
    terms: 2,
    proposals: 1,
    crashes: 1,
    inflight: 1,
    asyncDisk: true,
  }),
  "explore-four": explored({
    nodes: 4,
    terms: 2,
    proposals: 0,
    crashes: 0,
    duplicates: 2,
    inflight: 3,
  }),
  "explore-pre-vote": explored({
    nodes: 3,
    terms: 2,
    proposals: 0,
    crashes: 0,
    inflight: 4,
    config: { preVote: true },
  }),
  "explore-damage": explored({
    nodes: 3,
    terms: 2,
    proposals: 1,
    crashes: 0,
    damage: 1,
    inflight: 2,
  }),
  "explore-join": explored({
    nodes: 3,
    terms: 3,
    proposals: 3,
    crashes: 0,
    damage: 1,
    inflight: 1,
    config: { noop: false },
  }),
  "explore-minority": explored({
    nodes: 5,
    logs: [[1], [2, 2], [], [2, 2]],
    terms: 3,
    proposals: 0,
    crashes: 0,
    damage: 1,
    inflight: 2,
    config: { noop: false },
  }),
} as const satisfies Partial<Record<HuntName, Hunt>>;

function explored(options: ExploreOptions): Hunt {
  return { engine: "explorer", options };
}
