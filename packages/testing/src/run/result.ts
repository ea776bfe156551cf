import type { History } from "../history/history.ts";

/** Something that must always hold and did not. */
export type Violation = {
  /** The check, in a few words: "Election Safety", "linearizable", "liveness" ... The same for the same kind of failure. */
  readonly check: string;
  /** What happened, in one line. */
  readonly text: string;
  /** When, in ms of the run. */
  readonly at: number;
};

/** What came of a run. */
export type RunResult = {
  /** `unknown`: nothing was violated, and the run did not show what it was to show. */
  readonly verdict: "valid" | "violated" | "unknown";
  /** What did not hold, in the order in which it was found. */
  readonly violations: readonly Violation[];
  /** Why it is unknown, one line each. */
  readonly doubts: readonly string[];
  /** A digest of everything that happened, in order: the same for the same plan. Eight or more hexadecimal digits. */
  readonly hash: string;
  /** Deliveries, timers and disk completions. */
  readonly events: number;
  /** How long the run was by its own clock, in ms. */
  readonly virtualMs: number;
  /** How often things happened that a run should meet, by name, in the order of names. */
  readonly coverage: Readonly<Record<string, number>>;
  /** What clients asked and got, with faults and leaders as marks. */
  readonly history: History;
};
