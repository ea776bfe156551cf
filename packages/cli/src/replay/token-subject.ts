import type { RunResult, SliceOptions, StoryLine, Work } from "@kontiki/testing";

/** A failure that a token stands for. */
export type TokenSubject = {
  /** What is run, in a few words: the scenario, its seed, how many nodes, faults and operations; or an explorer's bounds. */
  readonly about: string;
  /** The check that failed when the token was made. */
  readonly check: string;
  /** The digest of that run; undefined where there is none. */
  readonly hash: string | undefined;
  /** Runs it again; undefined when that was ended before its time. Progress is how far the run's own time is, in ms. */
  readonly reproduce: (
    slices?: SliceOptions<{ readonly now: number }>,
  ) => Promise<Reproduction | undefined>;
  /** Makes it smaller as long as the same check fails; undefined where nothing can be taken away. */
  readonly shrinking: (() => Work<Shrinking, Shrinking>) | undefined;
};

/** What came of running a token again. */
export type Reproduction = Pick<RunResult, "verdict" | "violations" | "doubts"> & {
  readonly hash: string | undefined;
  /** Whether the same plan gives the same run each time. */
  readonly isSteady: boolean;
  readonly story: readonly StoryLine[];
  /** One page that shows it. */
  readonly page: () => string;
};

/** How far a shrinking is, and what came of it at its end. */
export type Shrinking = {
  /** Runs that were tried. */
  readonly runs: number;
  /** Of the smallest failure so far. */
  readonly token: () => string;
  /** The smallest failure so far. */
  readonly subject: TokenSubject;
};
