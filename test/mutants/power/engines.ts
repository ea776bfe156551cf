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

/** Small instances, one for each thing that the explorer knows: those of docs/explorer.md. */
const EXPLORATIONS = [
  "--changes 1 --voters 2 --crashes 0 --proposals 0",
  "--reads 1 --crashes 0 --inflight 1",
  "--reads 1 --leases --quorum-beats 2 --heartbeats 1 --crashes 0 --proposals 0 --inflight 1",
  "--transfers 1 --crashes 0 --inflight 1",
  "--snapshots 1 --proposals 0 --inflight 1",
  "--pre-vote --quorum-beats 1 --heartbeats 2 --crashes 0 --proposals 0 --inflight 1",
  "--obituaries 1 --crashes 0 --inflight 1",
  "--wipes 1 --nodes 2",
  "--nodes 2 --crashes 0 --damage 1",
  "--crashes 0 --inflight 1 --async-disk",
];

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
 */
export function commandsOf(engine: Engine, firstSeed: number): readonly (readonly string[])[] {
  const runs = ["--until-fail", "--jobs", "1", "--seed", String(firstSeed), "--json"];
  switch (engine) {
    case "explorer":
      return [
        ["explore", "--json"],
        ...EXPLORATIONS.map((bounds) => ["explore", "--json", ...bounds.split(" ")]),
      ];
    case "blind":
      return [["run", "all", ...runs]];
    case "guided":
      return [["run", "all", "--guided", ...runs]];
    default:
      return engine satisfies never;
  }
}
