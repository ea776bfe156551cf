/**
 * Simulated clusters in vitest tests: `test.sim`, and matchers for the result of a run.
 *
 * @module @kontiki/testing/vitest
 */
import type { StateMachine } from "@kontiki/actors/node";
import type { ExpectStatic, TestAPI } from "vitest";
import type { AnyFileModel } from "../check/models/index.ts";
import type { SessionBody } from "../session/run-session.ts";
import { userPlace } from "../session/user-stack.ts";
import { MATCHERS } from "./counted-matchers.ts";
import { importVitest } from "./import-vitest.ts";
import {
  toBeDeterministic,
  toBeLinearizable,
  toConverge,
  toHaveOneLeaderPerTerm,
  type LinearizableOptions,
} from "./matchers.ts";
import { limitOf, runSim, type Annotate } from "./run-sim.ts";
import type { SimOptions } from "./sim-options.ts";
import { placeOf, type PlacedTask } from "./test-place.ts";

export type { SessionBody } from "../session/run-session.ts";
export type { SessionWaitOptions } from "../session/given.ts";
export type { CrashOptions, Ongoing, Session } from "../session/session.ts";
export { toBeDeterministic, toBeLinearizable, toConverge, toHaveOneLeaderPerTerm };
export type { Asserted, LinearizableOptions, Repeatable, Said } from "./matchers.ts";
export type { LoadedScenario, OwnOptions, SimOptions } from "./sim-options.ts";

const vitest = await importVitest();
const { test: base } = vitest;

/** Vitest's `expect`, with the matchers of this module. */
export const expect: ExpectStatic = vitest.expect;

/**
 * A test that runs a scenario in virtual time, one seed after another. It fails with the first violation, shrunk to what
 * causes it: the message holds the story, the command line that reproduces it, and the path of a page that shows it.
 *
 * @param name of the test.
 * @param options the scenario and custom parts: the machine, what it promises, and what clients ask it.
 * @param body sends further operations and causes further faults. It must await only what `sim` returns. Optional.
 */
export type SimTest = <
  Command = unknown,
  Result = unknown,
  Machine extends StateMachine<Command, Result> = StateMachine<Command, Result>,
>(
  name: string,
  options: SimOptions<Command, Result, Machine>,
  body?: SessionBody<Command, Result>,
) => void;

type Registers = (
  name: string,
  options: { timeout: number },
  run: (context: { readonly task: PlacedTask; readonly annotate?: Annotate }) => Promise<void>,
) => void;

/**
 * Vitest's own time limit is the last resort: its timer cannot interrupt a run, and knows neither seed nor story. A failure found just before the deadline runs two more times.
 */
const HANGS = { times: 3, plusMs: 10_000 };

function simTestBy(register: Registers): SimTest {
  return (name, options, body, ...more: readonly unknown[]) => {
    const timeout = limitOf(options) * HANGS.times + HANGS.plusMs;
    const site = userPlace();
    register(name, { timeout }, ({ task, annotate }) =>
      runSim({ name, place: placeOf(task), options, body, site, more, annotate }),
    );
  };
}

/** {@link SimTest}, with vitest's variants of a test. */
export type SimTests = SimTest & {
  /** Runs only this test of its file. */
  readonly only: SimTest;
  /** Skips this test. */
  readonly skip: SimTest;
};

/** `test.sim` as a function. */
export const simTest: SimTests = Object.assign(
  simTestBy((name, options, run) => base(name, options, run)),
  {
    only: simTestBy((name, options, run) => base.only(name, options, run)),
    skip: simTestBy((name, options, run) => base.skip(name, options, run)),
  },
);

/** Vitest's `test`, with `test.sim`. */
export const test: TestAPI & { readonly sim: SimTests } = Object.assign(base.extend({}), {
  sim: simTest,
});

expect.extend(MATCHERS);

/** What the matchers add to `expect(...)`. */
interface SimMatchers {
  /** See {@link toBeLinearizable}. */
  toBeLinearizable(model?: AnyFileModel, options?: LinearizableOptions): void;
  /** See {@link toHaveOneLeaderPerTerm}. */
  toHaveOneLeaderPerTerm(): void;
  /** See {@link toConverge}. */
  toConverge(): void;
  /** See {@link toBeDeterministic}. */
  toBeDeterministic(): Promise<void>;
}

// The interfaces of vitest cannot be extended for several of its versions: declarations merge only if their type parameters
// are the same, and vitest 5 has others. Every version takes over the members of chai's interface.
declare global {
  namespace Chai {
    interface Assertion extends SimMatchers {}
  }
}
