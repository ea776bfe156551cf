import type { ExploreOptions, Scenario } from "@kontiki/testing";

/** What mutants are hunted with. */
export type HuntName =
  | "explore"
  | "explore-async"
  | "explore-four"
  | "explore-pre-vote"
  | "elections"
  | "churn"
  | "even"
  | "power"
  | "disk-errors"
  | "rot"
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
  | "deaf-leader"
  | "slow-follower";

/** An engine, and the cluster and the troubles that it is given. */
export type Hunt =
  /** One seed after the other. */
  | { readonly engine: "simulation"; readonly scenario: Scenario }
  /** Once. */
  | { readonly engine: "explorer"; readonly options: ExploreOptions };

/** What a hunt found. */
export type Catch = {
  readonly hunt: HuntName;
  readonly engine: Hunt["engine"];
  /** What was violated, in a few words. */
  readonly check: string;
  /** What happened, in one line. */
  readonly text: string;
};

/** How much was looked at: seeds of all simulations, states of all explorations. */
export type Effort = { readonly seeds: number; readonly states: number };

/** What came of hunting one mutant. */
export type Outcome = Effort & {
  /** Undefined for one that survived. */
  readonly caught: Catch | undefined;
  readonly ms: number;
};
