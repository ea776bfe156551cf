import type { StateMachine } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Specification } from "../check/models/specification.ts";
import type { Scenario } from "./scenario.ts";

/** What a client asks, as a scenario's own generator gives it. */
export type OwnCommand = {
  /** What the state machine is given: plain data. */
  readonly command: unknown;
  /** Whether it is asked as a question, beside the log. */
  readonly read?: boolean;
};

/** Draws what a client asks next. It must draw from `chance` only, so that a seed gives the same commands each time. */
export type CommandGenerator = (chance: Chance, client: number) => OwnCommand;

/** A scenario and what a module may give beside it. */
export type ScenarioParts = {
  /** What is tried. */
  readonly scenario: Scenario;
  /** The URL of the module of its own state machine. The key-value machine when left out. */
  readonly stateMachine?: string;
  /** Makes such a machine in this thread. */
  readonly machine?: () => StateMachine;
  /** What its own machine promises; its history is not judged when left out. */
  readonly specification?: Specification;
  /** What clients ask its own machine. */
  readonly commands?: CommandGenerator;
};
