import type { Recovery } from "./recoveries.ts";
import type { History } from "../history/history.ts";
import type { RunMessages } from "./messages.ts";

/** Something that must always hold and did not. */
export type Violation = {
  /** The name of the check: "Election Safety", "linearizable", "liveness" ... The same for the same kind of failure. */
  readonly check: string;
  /** What happened, in one line. */
  readonly text: string;
  /** When, in ms of the run. */
  readonly at: number;
};

/** The result of a run. */
export type RunResult = {
  /** `unknown`: nothing was violated, but what the scenario expects did not happen. */
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
  /** How often each thing happened that is of interest in a run, by name, in the order of names. */
  readonly coverage: Readonly<Record<string, number>>;
  /** The operations of clients and their results, with faults and leaders as marks. */
  readonly history: History;
  /** How each node that crashed came back; left out by engines that do not follow it. */
  readonly recoveries?: readonly Recovery[];
  /** The messages between the nodes; left out unless they were counted. */
  readonly messages?: RunMessages;
};
