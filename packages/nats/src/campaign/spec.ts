import {
  fields,
  flag,
  listOf,
  needed,
  oneOf,
  text,
  whole,
  type Schema,
} from "@kontiki/actors/node";
import { SEEDS, type SeedRange } from "@kontiki/testing";

/** A scenario as it travels to workers. */
export type FleetScenario = {
  /** Its name. */
  readonly name: string;
  /** A shipped scenario's name, or the path of a file. */
  readonly source: string;
  /** What a YAML file holds: workers need no copy of it. */
  readonly yaml?: string;
  /** The SHA-256 of a module: workers have the same file at the same path, or refuse the campaign. */
  readonly sha256?: string;
};

/** Everything that a worker must know of a campaign. */
export type CampaignSpec = {
  /** Another one for each campaign, also if two have the same name one after the other. */
  readonly id: string;
  readonly name: string;
  /** The digest of the code that must run it. */
  readonly code: string;
  readonly scenarios: readonly FleetScenario[];
  /** The order of the scenarios within one seed: see `TaskPool`. */
  readonly order: readonly number[];
  /** The first seed. */
  readonly first: number;
  /** How many seeds. */
  readonly count: number;
  /** How many seeds are one range: what a worker takes at once. */
  readonly perRange: number;
  readonly untilFail: boolean;
  readonly untilDoubt: boolean;
  readonly guided: boolean;
  /** How often a range is given out before it counts as an error of the tool. */
  readonly deliveries: number;
  readonly state: (typeof STATES)[number];
};

/** What a campaign is at: workers take ranges of it, all have results, or somebody stopped it. */
export const STATES = ["running", "finished", "stopped"] as const;

const SCENARIO: Schema<FleetScenario> = {
  name: needed(text("a name")),
  source: needed(text("a name or a path")),
  yaml: text("YAML"),
  sha256: text("a digest"),
};

const SPEC: Schema<CampaignSpec> = {
  id: needed(text("an id")),
  name: needed(text("a name")),
  code: needed(text("a digest")),
  scenarios: needed(listOf(fields(SCENARIO), "a list of scenarios")),
  order: needed(listOf(whole(0), "a list of positions of scenarios")),
  first: needed(whole(0, SEEDS - 1)),
  count: needed(whole(1, SEEDS)),
  perRange: needed(whole(1, SEEDS)),
  untilFail: needed(flag),
  untilDoubt: needed(flag),
  guided: needed(flag),
  deliveries: needed(whole(1)),
  state: needed(oneOf(...STATES)),
};

const isSpec = fields(SPEC);

/** A campaign that came over the network; undefined for anything else. */
export function specOf(value: unknown): CampaignSpec | undefined {
  return isSpec(value, "campaign") === undefined ? (value as CampaignSpec) : undefined;
}

/** How many ranges a campaign has. */
export function rangeCount({ count, perRange }: CampaignSpec): number {
  return Math.ceil(count / perRange);
}

/** How many runs a campaign has. */
export function runCount({ count, order }: CampaignSpec): number {
  return count * order.length;
}

/** The seeds of a range, from 0 on. */
export function seedsOfRange({ first, count, perRange }: CampaignSpec, range: number): SeedRange {
  const before = range * perRange;
  return {
    first: (first + before) % SEEDS,
    count: Math.min(perRange, count - before),
    shard: undefined,
  };
}

/** The number of a range's first run among all runs of the campaign, from 0. */
export function firstRunOf({ perRange, order }: CampaignSpec, range: number): number {
  return range * perRange * order.length;
}

/** The most runs of a range, so that a worker that dies loses a minute or two. */
const RANGE_RUNS_MAX = 10_000;

/** So many ranges at least, as far as there are seeds, so that each worker of a fleet has some. */
const RANGES_WANTED = 200;

/** How many seeds a range has if the user does not say. */
export function usualRange(count: number, runsOfSeed: number): number {
  const most = Math.max(1, Math.floor(RANGE_RUNS_MAX / runsOfSeed));
  return Math.min(most, Math.ceil(count / RANGES_WANTED));
}
