import type { CrashPoint } from "@kontiki/actors";
import type { ExploreOptions, Scenario } from "@kontiki/testing";

/** The names of the hunts. */
export type HuntName =
  | "explore"
  | "explore-async"
  | "explore-four"
  | "explore-pre-vote"
  | "explore-damage"
  | "explore-join"
  | "explore-minority"
  | "elections"
  | "churn"
  | "even"
  | "power"
  | "disk-errors"
  | "rot"
  | "scatter"
  | "torn-logs"
  | "wipes"
  | "snapshots"
  | "late-snapshots"
  | "membership"
  | "membership-snapshots"
  | "grow"
  | "learners"
  | "lone"
  | "newcomers"
  | "reads"
  | "handover"
  | "leases"
  | "leases-handover"
  | "leases-bridge"
  | "leases-restart"
  | "transfers"
  | "crash-matrix"
  | "deaf-leader"
  | "slow-follower";

/** A hunt: an engine with a cluster and its faults. */
export type Hunt =
  /** Runs one seed after another. */
  | { readonly engine: "simulation"; readonly scenario: Scenario }
  /** Runs once. */
  | { readonly engine: "explorer"; readonly options: ExploreOptions }
  /** Runs once, on real threads and files: crashes at these points. */
  | { readonly engine: "threads"; readonly points: readonly CrashPoint[] };

/** The violation that a hunt found. */
export type Catch = {
  readonly hunt: HuntName;
  readonly engine: Hunt["engine"];
  /** The violated check. */
  readonly check: string;
  /** What happened, as one line. */
  readonly text: string;
};

/** The amount of work: seeds of all simulations, states of all explorations. */
export type Effort = { readonly seeds: number; readonly states: number };

/** The result of hunting one mutant. */
export type Outcome = Effort & {
  /** Undefined when the mutant survived. */
  readonly caught: Catch | undefined;
  readonly ms: number;
};
