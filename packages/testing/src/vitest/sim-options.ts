import type { StateMachine } from "@kontiki/actors/node";
import type { Specification } from "../check/models/specification.ts";
import { defineScenario } from "../scenario/define.ts";
import { partError } from "../scenario/check-parts.ts";
import type { ScenarioInput } from "../scenario/input.ts";
import type { CommandGenerator, ScenarioParts } from "../scenario/parts.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { nameDigest } from "./name-digest.ts";

/**
 * What a simulated test is about: a scenario, written out or loaded, and what of it is the tester's own. Everything may be
 * left out.
 */
export type SimOptions<Command = unknown, Result = unknown> = (ScenarioInput | LoadedScenario) &
  OwnOptions<Command, Result>;

/** A scenario that is there already, in place of one that is written out. */
export type LoadedScenario = {
  /** What `loadScenario` or `defineScenario` gave. */
  readonly scenario: Scenario;
} & { readonly [Name in keyof ScenarioInput]?: undefined };

/** What of a test is no scenario. */
export type OwnOptions<Command = unknown, Result = unknown> = {
  /** Makes the state machine of each node. The key-value machine. */
  readonly machine?: () => StateMachine<Command, Result>;
  /** What a machine of one's own promises. Without it its history is not judged; all other checks are made. */
  readonly specification?: Specification;
  /** What clients ask a machine of one's own, beside what a scenario function does. */
  readonly commands?: CommandGenerator;
  /** How many seeds are tried, at least 1: the seeds from 1 on. 10. */
  readonly seeds?: number;
  /** Only this seed: a whole number from 0 to 2^32 - 1. */
  readonly seed?: number;
  /** How long a failure may be shrunk, in ms of real time. 20,000. */
  readonly shrinkMs?: number;
  /** The folder for the page of a failure; false for none. `.kontiki`. */
  readonly pages?: string | false;
  /**
   * How long seeds may be tried and a failure be shrunk, in whole ms of real time. What failed is run once more behind
   * that, for its story. 120,000.
   */
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
  const { machine, specification, commands } = options;
  const isJudged = machine === undefined || specification !== undefined;
  const scenario =
    "scenario" in options
      ? loaded(name, options, isJudged)
      : written(name, options, { hasBody, isJudged });
  return {
    scenario,
    ...(machine === undefined ? {} : { machine: machine as () => StateMachine }),
    ...(specification === undefined ? {} : { specification }),
    ...(commands === undefined ? {} : { commands }),
  };
}

function written(
  name: string,
  options: ScenarioInput & OwnOptions,
  { hasBody, isJudged }: { readonly hasBody: boolean; readonly isJudged: boolean },
): Scenario {
  const input = withoutOwn(options);
  const asks = !hasBody || options.commands !== undefined || input.workload !== undefined;
  return defineScenario({
    name: slugOf(name),
    ...(hasBody ? { duration: FUNCTION_DURATION } : {}),
    ...input,
    ...(asks ? {} : { workload: NO_CLIENTS }),
    expect: { linearizable: isJudged, ...input.expect },
  });
}

function withoutOwn<Options extends OwnOptions>(options: Options): Omit<Options, keyof OwnOptions> {
  const {
    machine: _machine,
    specification: _model,
    commands: _commands,
    seeds: _seeds,
    seed: _seed,
    shrinkMs: _ms,
    pages: _pages,
    timeoutMs: _limit,
    ...input
  } = options;
  return input;
}

function loaded(name: string, options: LoadedScenario & OwnOptions, isJudged: boolean): Scenario {
  const { scenario, ...input } = withoutOwn(options);
  const source = `test ${JSON.stringify(name)}`;
  if (!isScenario(scenario))
    throw partError(source, "scenario", "is none: give what await loadScenario(...) gives");
  const [other] = Object.entries(input).find(([, value]) => value !== undefined) ?? [];
  if (other !== undefined)
    throw partError(source, other, "is given beside a scenario, which says that itself");
  const { expect } = scenario;
  return { ...scenario, expect: { ...expect, linearizable: isJudged && expect.linearizable } };
}

/** Whether it has been read and completed: what people write has other names. */
function isScenario(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && "durationMs" in value;
}

/** A name of a test as a name of a file and of a scenario. One of which nothing would be left is told by a digest. */
export function slugOf(name: string): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z\d]+/g, "-");
  return slug.replaceAll(/^-|-$/g, "").slice(0, 60) || `test-${nameDigest(name)}`;
}
