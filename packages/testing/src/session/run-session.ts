import { setImmediate } from "node:timers";
import { callable, checkArgument, checkOptions, flag, type Schema } from "@kontiki/actors/node";
import { SimulationStory } from "../replay/simulation-story.ts";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import { SIMULATE_OPTIONS, Simulation, type SimulateOptions } from "../runs/simulate.ts";
import { Recording } from "./recording.ts";
import { SessionError } from "./session-error.ts";
import { Session } from "./session.ts";
import { Waits } from "./waits.ts";

/** What a user does with a simulated cluster. */
export type SessionBody<Command = unknown, Result = unknown> = (
  sim: Session<Command, Result>,
) => Promise<void> | void;

/** The result of a scenario function. */
export type SessionRun = {
  /** The result of the whole run, including the time after the function ended. */
  readonly result: RunResult;
  /** What the function threw; undefined when it did not throw. */
  readonly thrown: { readonly error: unknown } | undefined;
  /** The story of the run; empty unless `tells` is set. */
  readonly story: readonly StoryLine[];
  /** What the function asked and did, as a plan that runs without the function. */
  readonly recorded: Plan;
};

/** How a scenario function is run. */
export type SessionOptions = SimulateOptions & {
  /** Whether to record the story. Default: false. */
  readonly tells?: boolean;
};

const SESSION_OPTIONS: Schema<SessionOptions> = { ...SIMULATE_OPTIONS, tells: flag };

/**
 * Runs a plan in virtual time, together with a function that sends operations and causes faults. After the function has
 * ended, all faults end and the cluster must become live again, as in any run.
 *
 * @param plan the function may take at most the `durationMs` of its scenario.
 */
export async function runSession<Command, Result>(
  plan: Plan,
  body: SessionBody<Command, Result>,
  options: SessionOptions = {},
): Promise<SessionRun> {
  checkArgument("runSession", "plan", givenPlan, plan);
  checkArgument("runSession", "body", callable(" that gets the session"), body);
  checkOptions("runSession", SESSION_OPTIONS, options);
  const { tells = false, ...rest } = options;
  const story = new SimulationStory();
  const watching = tells ? [story.observer] : [];
  const observers = [...(rest.observers ?? []), ...watching];
  const simulation = new Simulation(plan, { ...rest, observers });
  const waits = new Waits();
  const recording = new Recording(plan);
  const session = new Session<Command, Result>(simulation, waits, recording);
  const thrown = await letRun(simulation, waits, async () => body(session));
  const recorded = recording.plan(simulation.now);
  simulation.heal();
  while (simulation.step());
  const result = simulation.result();
  return { result, thrown, recorded, story: story.lines(result.violations) };
}

/** Steps the simulation until the function or the run has ended. */
async function letRun(
  simulation: Simulation,
  waits: Waits,
  body: () => Promise<void>,
): Promise<SessionRun["thrown"]> {
  let thrown: SessionRun["thrown"];
  let isOver = false;
  await untilItWaits(() => {
    body().then(
      () => (isOver = true),
      (error: unknown) => {
        thrown = { error };
        isOver = true;
      },
    );
  });
  for (;;) {
    if (isOver) return thrown;
    if (waits.pending === 0) return { error: new SessionError(STRANGER) };
    await untilItWaits(() => stepUntilNews(simulation, waits));
    if (!simulation.isRunning) return ended(simulation);
  }
}

/** Steps the simulation until something is settled that the function waits for, or the run ends. */
function stepUntilNews(simulation: Simulation, waits: Waits): void {
  while (!waits.takeNews()) {
    simulation.step();
    if (!simulation.isRunning) return;
    waits.look();
  }
}

/**
 * Does something that lets the function continue, and resolves once the function waits again.
 *
 * Node runs both callbacks in one phase of its event loop and drains all microtasks between them. So no timer and no I/O
 * completes in between: a function that awaits anything but the simulation still waits for it, however fast that is.
 */
function untilItWaits(act: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        act();
      } catch (error) {
        reject(error);
      }
    });
    setImmediate(resolve);
  });
}

const STRANGER =
  "the scenario awaits something outside its simulation: await only what sim returns, because anything else makes runs differ";

/** A run may end before its function because of a violation: then the violation is what to report. */
function ended({ plan, violations }: Simulation): SessionRun["thrown"] {
  if (violations.length > 0) return undefined;
  const text = `the scenario has not ended after ${plan.scenario.durationMs} ms of the run: await less, or give it a longer duration`;
  return { error: new SessionError(text) };
}
