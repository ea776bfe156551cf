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
  /** Undefined when the mutant survived. */
  readonly caught: Caught | undefined;
  /** Runs of a simulation, or states of an exploration. */
  readonly count: number;
  /** CPU time. */
  readonly ms: number;
};

/**
 * The command lines of an engine. Each gets what time is left; those after the first run when the ones before have ended and
 * found nothing.
 */
export function commandsOf(engine: Engine): readonly (readonly string[])[] {
  switch (engine) {
    case "explorer":
      return [
        ["explore", "--json"],
        ["explore", "--json", "--crashes", "0", "--async-disk"],
        ["explore", "--json", "--nodes", "2", "--crashes", "0", "--damage", "1"],
      ];
    case "blind":
      return [["run", "all", "--until-fail", "--jobs", "1", "--json"]];
    case "guided":
      return [["run", "all", "--guided", "--until-fail", "--jobs", "1", "--json"]];
    default:
      return engine satisfies never;
  }
}
