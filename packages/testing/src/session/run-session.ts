import { setImmediate } from "node:timers/promises";
import { Telling } from "../replay/telling.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import { Simulation, type SimulateOptions } from "../runs/simulate.ts";
import { Recording } from "./recording.ts";
import { SessionError } from "./session-error.ts";
import { Session } from "./session.ts";
import { Waits } from "./waits.ts";

/** What a user does with a simulated cluster. */
export type SessionBody<Command = unknown, Result = unknown> = (
  sim: Session<Command, Result>,
) => Promise<void> | void;

/** What came of a scenario function. */
export type SessionRun = {
  /** What came of the run, the time behind the function included. */
  readonly result: RunResult;
  /** What the function threw: undefined when it threw nothing. */
  readonly thrown: { readonly error: unknown } | undefined;
  /** What happened; empty unless it was asked for. */
  readonly story: readonly StoryLine[];
  /** What was asked and done, as a plan: it needs no function any more. */
  readonly recorded: Plan;
};

/** How a scenario function is run. */
export type SessionOptions = SimulateOptions & {
  /** Whether the story is told. No, if not given. */
  readonly tells?: boolean;
};

/**
 * Runs a plan in virtual time, and with it a function that asks and breaks things besides. When the function has ended
 * all faults do, and the cluster must become live again, as in any run.
 *
 * @param plan `durationMs` of its scenario is the longest that the function may take.
 */
export async function runSession<Command, Result>(
  plan: Plan,
  body: SessionBody<Command, Result>,
  options: SessionOptions = {},
): Promise<SessionRun> {
  const telling = new Telling();
  const watching = options.tells === true ? [telling.observer] : [];
  const observers = [...(options.observers ?? []), ...watching];
  const simulation = new Simulation(plan, { ...options, observers });
  const waits = new Waits();
  const recording = new Recording(plan);
  const session = new Session<Command, Result>(simulation, waits, recording);
  const thrown = await letRun(simulation, waits, async () => body(session));
  const recorded = recording.plan(simulation.now);
  simulation.heal();
  while (simulation.step());
  const result = simulation.result();
  return { result, thrown, recorded, story: telling.story(result.violations) };
}

/** Until the function has ended, or the run has. */
async function letRun(
  simulation: Simulation,
  waits: Waits,
  body: () => Promise<void>,
): Promise<SessionRun["thrown"]> {
  let thrown: SessionRun["thrown"];
  let isOver = false;
  body().then(
    () => (isOver = true),
    (error: unknown) => {
      thrown = { error };
      isOver = true;
    },
  );
  for (;;) {
    // All that the function does before it waits again.
    await setImmediate();
    if (isOver) return thrown;
    if (waits.pending === 0) return { error: new SessionError(STRANGER) };
    while (!waits.takeNews()) {
      simulation.step();
      if (!simulation.isRunning) return ended(simulation);
      waits.look();
    }
  }
}

const STRANGER =
  "the scenario waits for something that is not of its simulation: it may only await what sim gives it, as else no run would be like another";

/** A run may end before its function because something was violated: then that is what is to be told. */
function ended({ plan, violations }: Simulation): SessionRun["thrown"] {
  if (violations.length > 0) return undefined;
  const text = `the scenario has not ended after ${plan.scenario.durationMs} ms of the run: await less, or give it a longer duration`;
  return { error: new SessionError(text) };
}
