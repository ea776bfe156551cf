import type {
  MetSituation,
  RunResult,
  SliceOptions,
  StoryLine,
  StorySlice,
  Work,
} from "@kontiki/testing";

/** The failure that a token reproduces. */
export type TokenSubject = {
  /** What runs, in a few words: the scenario, its seed, the numbers of nodes, faults and operations; or an explored path. */
  readonly about: string;
  /** The check that failed when the token was made. */
  readonly check: string;
  /** The digest of that run; undefined when it has none. */
  readonly hash: string | undefined;
  /** Runs it again; undefined when it was ended early. Progress is the run's virtual time in ms. */
  readonly reproduce: (
    slices?: SliceOptions<{ readonly now: number }>,
  ) => Promise<Reproduction | undefined>;
  /** Makes it smaller as long as the same check fails; undefined when nothing can be removed. */
  readonly shrinking: (() => Work<Shrinking, Shrinking>) | undefined;
};

/** The result of running a token's subject again. */
export type Reproduction = Pick<RunResult, "verdict" | "violations" | "doubts"> & {
  readonly hash: string | undefined;
  /** Whether the same plan gives the same run every time. */
  readonly isDeterministic: boolean;
  readonly story: readonly StoryLine[];
  /** The lines of the story that the violated claim depends on. */
  readonly slice: StorySlice;
  /** The situations that the run met; empty for an exploration, whose campaign counts them. */
  readonly sometimes: readonly MetSituation[];
  /** An HTML page that shows the run. */
  readonly page: () => string;
};

/** The progress of a shrinking, and its result at the end. */
export type Shrinking = {
  /** Runs so far. */
  readonly runs: number;
  /** Of the smallest failure so far. */
  readonly token: () => string;
  /** The smallest failure so far. */
  readonly subject: TokenSubject;
};
