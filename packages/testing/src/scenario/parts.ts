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

/** A scenario and what a module may add to it. */
export type ScenarioParts = {
  /** The scenario. */
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
