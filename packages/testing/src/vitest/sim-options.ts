import type { StateMachine } from "@kontiki/actors/node";
import type { Specification } from "../check/models/specification.ts";
import { defineScenario } from "../scenario/define.ts";
import { partError } from "../scenario/check-parts.ts";
import { pathText } from "../scenario/complaint.ts";
import type { ScenarioInput } from "../scenario/input.ts";
import { impureParts } from "../scenario/plain-input.ts";
import type { SessionBody } from "../session/run-session.ts";
import type { CommandGenerator, Invariant, ScenarioParts, Throws } from "../scenario/parts.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { nameDigest } from "./name-digest.ts";

/**
 * The options of a simulated test: a scenario, written inline or loaded, and custom parts. All are optional.
 */
export type SimOptions<
  Command = unknown,
  Result = unknown,
  Machine = StateMachine<Command, Result>,
> = (ScenarioInput | LoadedScenario) & OwnOptions<Command, Result, Machine>;

/** An existing scenario, in place of an inline one. */
export type LoadedScenario = {
  /** The result of `loadScenario` or `defineScenario`. */
  readonly scenario: Scenario;
} & { readonly [Name in keyof ScenarioInput]?: undefined };

/** Options of a test that are not part of a scenario. */
export type OwnOptions<
  Command = unknown,
  Result = unknown,
  Machine = StateMachine<Command, Result>,
> = {
  /** Makes the state machine of each node. Default: the key-value machine. */
  readonly machine?: (() => StateMachine<Command, Result>) & (() => Machine);
  /** What a custom machine promises. Without it, or with "none", the history is not judged; all other checks run. */
  readonly specification?: Specification | "none";
  /**
   * What must hold of each machine, whenever its state may have changed: it fails when it throws, or returns false or a
   * text that says what is wrong. It must change nothing.
   */
  readonly invariant?: Invariant<Machine>;
  /**
   * Looks at the cluster at the end, when all faults have ended, everything is answered and all nodes agree. It may ask
   * and wait like the scenario function.
   */
  readonly finally?: SessionBody<Command, Result>;
  /**
   * What errors of a machine mean. `fail`: every error of `apply` and `query` but a `CommandError` is a violation.
   * `allow`: all are answers. Default: `fail`.
   */
  readonly throws?: Throws;
  /** What clients ask a custom machine, in addition to what the scenario function does. */
  readonly commands?: CommandGenerator;
  /** How many seeds to try, counted from seed 1: at least 1. Default: 10. */
  readonly seeds?: number;
  /** Try only this seed: a whole number from 0 to 2^32 - 1. */
  readonly seed?: number;
  /** How long to shrink a failure, in ms of real time. Default: 20,000. */
  readonly shrinkMs?: number;
  /** The folder for the page of a failure; false for no page. Default: `.kontiki`. */
  readonly pages?: string | false;
  /**
   * How long to try seeds and to shrink a failure, in whole ms of real time. After that a failure runs once more, for its
   * story. Default: 120,000.
   */
  readonly timeoutMs?: number;
};

/** Default with a scenario function: the function itself sends the operations. */
const NO_CLIENTS = { clients: 0 };

/** How long a scenario function may take. */
const FUNCTION_DURATION = "60s";

/**
 * The scenario of a test, with its custom parts.
 *
 * @throws ScenarioError for an invalid scenario.
 */
export function partsOf<Command, Result, Machine>(
  name: string,
  options: SimOptions<Command, Result, Machine>,
  hasBody: boolean,
): ScenarioParts {
  const { machine, specification, commands, invariant, throws } = options;
  const isJudged =
    machine === undefined || (specification !== undefined && specification !== "none");
  const scenario =
    "scenario" in options
      ? loaded(name, options, isJudged)
      : written(name, options, { hasBody, isJudged });
  return {
    scenario,
    ...(machine === undefined ? {} : { machine: machine as () => StateMachine }),
    ...(specification === undefined ? {} : { specification }),
    ...(commands === undefined ? {} : { commands }),
    ...(invariant === undefined ? {} : { invariant: invariant as Invariant }),
    ...(throws === undefined ? {} : { throws }),
  };
}

/** Options whatever their types. */
type Own = { readonly [Name in keyof OwnOptions]?: unknown };

function written(
  name: string,
  options: ScenarioInput & Own,
  { hasBody, isJudged }: { readonly hasBody: boolean; readonly isJudged: boolean },
): Scenario {
  const input = withoutOwn(options);
  const [impure] = impureParts(input);
  if (impure !== undefined)
    throw partError(`test ${JSON.stringify(name)}`, pathText(impure.path), impure.text);
  const asks = !hasBody || options.commands !== undefined || input.workload !== undefined;
  return defineScenario({
    name: slugOf(name),
    ...(hasBody ? { duration: FUNCTION_DURATION } : {}),
    ...input,
    ...(asks ? {} : { workload: NO_CLIENTS }),
    expect: { linearizable: isJudged, ...input.expect },
  });
}

function withoutOwn<Options extends Own>(options: Options): Omit<Options, keyof Own> {
  const {
    machine: _machine,
    specification: _model,
    commands: _commands,
    invariant: _invariant,
    finally: _finally,
    throws: _throws,
    seeds: _seeds,
    seed: _seed,
    shrinkMs: _ms,
    pages: _pages,
    timeoutMs: _limit,
    ...input
  } = options;
  return input;
}

function loaded(name: string, options: LoadedScenario & Own, isJudged: boolean): Scenario {
  const { scenario, ...input } = withoutOwn(options);
  const source = `test ${JSON.stringify(name)}`;
  if (!isScenario(scenario))
    throw partError(
      source,
      "scenario",
      "is not a scenario: give the result of await loadScenario(...)",
    );
  const [other] = Object.entries(input).find(([, value]) => value !== undefined) ?? [];
  if (other !== undefined)
    throw partError(source, other, "is given beside a scenario, which already defines it");
  const { expect } = scenario;
  return { ...scenario, expect: { ...expect, linearizable: isJudged && expect.linearizable } };
}

/** Whether it is a complete scenario: inline options have other field names. */
function isScenario(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && "durationMs" in value;
}

/** The name of a test as a file name and scenario name: a digest where no letter would be left. */
export function slugOf(name: string): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z\d]+/g, "-");
  return slug.replaceAll(/^-|-$/g, "").slice(0, 60) || `test-${nameDigest(name)}`;
}
