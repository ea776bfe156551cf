import type { SeedRange, Shard } from "@kontiki/testing";

/** The options that choose seeds. */
export type SeedOptions = {
  readonly seeds?: number;
  readonly seed?: number | "random";
  readonly shard?: Shard;
  readonly time?: number;
  readonly untilFail?: true;
  readonly untilDoubt?: true;
};

/** How many seeds run by default. */
const SEEDS_DEFAULT = 100;

/**
 * Which seeds run. Without options the first seed is random, so that a repeated command tries something new; to repeat a
 * run, name its seed. With a bound on time or violations there is no default bound on the number of seeds.
 */
export function chooseSeeds(options: SeedOptions, random: () => number): SeedRange {
  const { seeds, seed, shard, time, untilFail, untilDoubt } = options;
  const usual = seed === undefined || seed === "random" ? SEEDS_DEFAULT : 1;
  const isBounded = time !== undefined || untilFail === true || untilDoubt === true;
  return {
    first: typeof seed === "number" ? seed : isRandom(options) ? random() : 1,
    count: seeds ?? (isBounded ? undefined : usual),
    shard,
  };
}

/** Whether the first seed is random. */
export function isRandom({ seeds, seed }: SeedOptions): boolean {
  return seed === "random" || (seed === undefined && seeds === undefined);
}
