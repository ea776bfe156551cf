import { checkOptions, fields, needed, whole, type Rule, type Schema } from "@kontiki/actors/node";

/** The part of a campaign that one machine of a fleet runs. */
export type Shard = {
  /** Which part, from 1. */
  readonly index: number;
  /** The number of parts. */
  readonly of: number;
};

/** Which seeds a campaign tries. */
export type SeedRange = {
  /** A whole number from 0 to 2^32 - 1. */
  readonly first: number;
  /** How many consecutive seeds from `first` on; undefined for no end. */
  readonly count: number | undefined;
  /** Only the seeds of this shard; undefined for all. */
  readonly shard: Shard | undefined;
};

/** The number of seeds: one more than the greatest. */
export const SEEDS = 2 ** 32;

const anyShard = fields<Shard>({ index: needed(whole(1)), of: needed(whole(1)) });

const shardRule: Rule<Shard> = (value, path) => {
  const wrong = anyShard(value, path);
  if (wrong !== undefined) return wrong;
  const { index, of } = value as Shard;
  return index <= of ? undefined : `${path}.index is ${index}: give a whole number from 1 to ${of}`;
};

export const SEED_RANGE: Schema<SeedRange> = {
  first: needed(whole(0, SEEDS - 1)),
  count: whole(0),
  shard: shardRule,
};

/**
 * The seeds of a range, in order; 0 follows the greatest.
 *
 * The seed alone decides its shard. So machines that begin at different seeds, or end at different times, never try the
 * same seed, and all shards together try what one machine would.
 */
export function seedsOf(range: SeedRange): Generator<number, void, void> {
  checkOptions("seedsOf", SEED_RANGE, range, "range");
  return seedsIn(range);
}

function* seedsIn({ first, count, shard }: SeedRange): Generator<number, void, void> {
  for (let at = 0; at < Math.min(count ?? SEEDS, SEEDS); at += 1) {
    const seed = (first + at) % SEEDS;
    if (isInShard(seed, shard)) yield seed;
  }
}

/** Far from each other and from those of the next seeds, for as many campaigns as anybody runs. */
const STRIDE = 0x9e3779b1;

/**
 * The seed of a scenario that runs several times with one seed of a campaign, after `earlier` runs: this seed at first. The
 * seed of the campaign alone decides its shard.
 */
export function nthSeed(seed: number, earlier: number): number {
  return (seed + earlier * STRIDE) % SEEDS;
}

/** The number of seeds that {@link seedsOf} gives; undefined when there is no end. */
export function seedCount(range: SeedRange): number | undefined {
  checkOptions("seedCount", SEED_RANGE, range, "range");
  const { first, count, shard } = range;
  if (count === undefined) return undefined;
  if (shard === undefined) return Math.min(count, SEEDS);
  const last = first + Math.min(count, SEEDS);
  if (last <= SEEDS) return inShardBelow(last, shard) - inShardBelow(first, shard);
  const untilWrap = inShardBelow(SEEDS, shard) - inShardBelow(first, shard);
  return untilWrap + inShardBelow(last - SEEDS, shard);
}

function isInShard(seed: number, shard: Shard | undefined): boolean {
  return shard === undefined || seed % shard.of === shard.index - 1;
}

/** How many seeds from 0 up to `bound` belong to the shard. */
function inShardBelow(bound: number, { index, of }: Shard): number {
  return Math.floor((bound - index + of) / of);
}
