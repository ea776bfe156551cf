import type { StateMachine } from "@kontiki/actors/node";
import type { Specification } from "../claims/specification.ts";
import { defineScenario } from "../scenario/define.ts";
import type { ScenarioInput } from "../scenario/input.ts";
import type { CommandGenerator, ScenarioParts } from "../scenario/parts.ts";

/** What a simulated test is about: a scenario, and what of it is the tester's own. Everything may be left out. */
export type SimOptions<Command = unknown, Result = unknown> = ScenarioInput & {
  /** Makes the state machine of each node. The key-value machine. */
  readonly machine?: () => StateMachine<Command, Result>;
  /** What a machine of one's own promises. Without it its history is not judged; all other checks are made. */
  readonly specification?: Specification;
  /** What clients ask a machine of one's own, beside what a scenario function does. */
  readonly commands?: CommandGenerator;
  /** How many seeds are tried, from 1 on. 10. */
  readonly seeds?: number;
  /** Only this seed. */
  readonly seed?: number;
  /** How long a failure may be shrunk, in ms of real time. 20,000. */
  readonly shrinkMs?: number;
  /** The folder for the page of a failure; false for none. `.kontiki`. */
  readonly pages?: string | false;
  /** How long the whole test may take, in ms of real time. 120,000. */
  readonly timeoutMs?: number;
};

/** A function does what clients do: it asks for itself. */
const NO_CLIENTS = { clients: 0 };

/** How long a scenario function may take. */
const FUNCTION_DURATION = "60s";

/**
 * The scenario of a test, with what is the tester's own.
 *
 * @throws ScenarioError for what is no scenario.
 */
export function partsOf<Command, Result>(
  name: string,
  options: SimOptions<Command, Result>,
  hasBody: boolean,
): ScenarioParts {
  const { machine, specification, commands, ...rest } = options;
  const {
    seeds: _seeds,
    seed: _seed,
    shrinkMs: _ms,
    pages: _pages,
    timeoutMs: _limit,
    ...input
  } = rest;
  const asks = !hasBody || commands !== undefined || input.workload !== undefined;
  const isJudged = machine === undefined || specification !== undefined;
  const scenario = defineScenario({
    name: slugOf(name),
    ...(hasBody ? { duration: FUNCTION_DURATION } : {}),
    ...input,
    ...(asks ? {} : { workload: NO_CLIENTS }),
    expect: { linearizable: isJudged, ...input.expect },
  });
  return {
    scenario,
    ...(machine === undefined ? {} : { machine: machine as () => StateMachine }),
    ...(specification === undefined ? {} : { specification }),
    ...(commands === undefined ? {} : { commands }),
  };
}

/** A name of a test as a name of a file. */
export function slugOf(name: string): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z\d]+/g, "-");
  return slug.replaceAll(/^-|-$/g, "").slice(0, 60) || "test";
}
