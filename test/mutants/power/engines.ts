import { INSTANCES } from "@kontiki/testing";

/** What a user runs. The order is that of the columns. */
export const ENGINES = ["explorer", "blind", "guided"] as const;

/** One of {@link ENGINES}. */
export type Engine = (typeof ENGINES)[number];

/** The violation that an engine found. */
export type Caught = {
  /** The violated check. */
  readonly check: string;
  /** What happened, as one line. */
  readonly text: string;
};

/** What one engine did with one mutant. */
export type Trial = {
  readonly engine: Engine;
  /** The first seed of its runs; 0 for the explorer, which has none. */
  readonly firstSeed: number;
  /** Undefined when the mutant survived. */
  readonly caught: Caught | undefined;
  /** Runs of a simulation, or states of an exploration. */
  readonly count: number;
  /** CPU time. */
  readonly ms: number;
};

/**
 * The named instances that take about a second, smallest first: most defects show in the first few thousand states of the
 * instance that has what they need.
 */
const EXPLORATIONS = INSTANCES.filter(({ name }) => !name.startsWith("large-"))
  .toSorted((a, b) => a.states - b.states)
  .map(({ name }) => name);

/** The share of an engine's time that one of several commands may take. */
const SHARE = 0.25;

/** The CPU time that the next command of an engine may take, in ms. */
export function limitOf(engine: Engine, totalMs: number, leftMs: number): number {
  return engine === "explorer" ? Math.min(leftMs, Math.max(SHARE * totalMs, 5_000)) : leftMs;
}

/**
 * The command lines of an engine. Those after the first run when the ones before have ended, or have had their share of the
 * time, and found nothing.
 *
 * @param firstSeed the first seed of runs: the same sample meets the same runs.
 * @param seeds how many seeds; undefined when only time bounds them.
 */
export function commandsOf(
  engine: Engine,
  firstSeed: number,
  seeds: number | undefined,
): readonly (readonly string[])[] {
  const bound = seeds === undefined ? [] : ["--seeds", String(seeds)];
  const runs = ["--until-fail", "--jobs", "1", "--seed", String(firstSeed), ...bound, "--json"];
  switch (engine) {
    case "explorer":
      return EXPLORATIONS.map((name) => ["explore", name, "--json"]);
    case "blind":
      return [["run", "all", ...runs]];
    case "guided":
      return [["run", "all", "--guided", ...runs]];
    default:
      return engine satisfies never;
  }
}
