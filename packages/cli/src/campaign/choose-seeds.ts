import type { SeedRange, Shard } from "@kontiki/testing";

/** What the command line says of seeds. */
export type SeedOptions = {
  readonly seeds?: number;
  readonly seed?: number | "random";
  readonly shard?: Shard;
  readonly time?: number;
  readonly untilFail?: true;
};

/** How many seeds are tried where nothing says how many. */
const SEEDS_USUAL = 100;

/**
 * Which seeds are tried. Without any word on it the first one is random: who repeats a command sees something new, and who
 * wants the same again says so. A bound of time, or of violations, is bound enough.
 */
export function chooseSeeds(options: SeedOptions, random: () => number): SeedRange {
  const { seeds, seed, shard, time, untilFail } = options;
  const usual = seed === undefined || seed === "random" ? SEEDS_USUAL : 1;
  const isBounded = time !== undefined || untilFail === true;
  return {
    first: typeof seed === "number" ? seed : isRandom(options) ? random() : 1,
    count: seeds ?? (isBounded ? undefined : usual),
    shard,
  };
}

/** Whether the first seed is one that nobody has named. */
export function isRandom({ seeds, seed }: SeedOptions): boolean {
  return seed === "random" || (seed === undefined && seeds === undefined);
}
