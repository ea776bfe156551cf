import type { StateMachine } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Specification } from "../check/models/specification.ts";
import type { Scenario } from "./scenario.ts";

/** What a client asks, as drawn by a scenario's own generator. */
export type OwnCommand = {
  /** What the state machine gets: plain data. */
  readonly command: unknown;
  /** Whether it is a read, which does not go through the log. */
  readonly read?: boolean;
};

/** Draws what a client asks next. It must draw from `chance` only, so that a seed gives the same commands each time. */
export type CommandGenerator = (chance: Chance, client: number) => OwnCommand;

/**
 * Looks at the machine of a node, which must not change. It is called whenever the state may have changed: for a new
 * machine, after each command, and after a restore. It fails when it throws, or returns false or a text that says what is
 * wrong.
 */
export type Invariant<Machine = StateMachine> = {
  /** A method, so that a machine of a user's own class can be named. */
  holds(machine: Machine, node: string): unknown;
}["holds"];

/**
 * What errors of `apply` and `query` mean, and results that are not plain data, which count as errors: with `fail` every
 * error but a `CommandError` is a violation, with `allow` all are answers, outcomes of type `error`.
 */
export type Throws = "fail" | "allow";

export const THROWS: readonly Throws[] = ["fail", "allow"];

/** A scenario and what a module may add to it. */
export type ScenarioParts = {
  /** The scenario. */
  readonly scenario: Scenario;
  /** The URL of the module of its own state machine. The key-value machine when left out. */
  readonly stateMachine?: string;
  /** Makes such a machine in this thread. */
  readonly machine?: () => StateMachine;
  /**
   * What its own machine promises; "none" when it has no model and its history need not be judged. When left out, a
   * history that should be judged is a doubt.
   */
  readonly specification?: Specification | "none";
  /** What clients ask its own machine. */
  readonly commands?: CommandGenerator;
  /** What must hold of each machine at all times. */
  readonly invariant?: Invariant;
  /** What errors of the machine mean. Default: fail. */
  readonly throws?: Throws;
};
