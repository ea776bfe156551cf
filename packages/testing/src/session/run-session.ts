import { callable, checkArgument, checkOptions, flag, type Schema } from "@kontiki/actors/node";
import { SimulationStory } from "../replay/simulation-story.ts";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { MetSituation, StoryLine, StorySlice } from "../run/story.ts";
import { SIMULATE_OPTIONS, Simulation, type SimulateOptions } from "../runs/simulation.ts";
import { unlimited, type Within } from "../watchdog.ts";
import { drive, type Thrown } from "./drive.ts";
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
  /** What the function threw, or `finally`; undefined when neither did. */
  readonly thrown: { readonly error: unknown; readonly by: "function" | "finally" } | undefined;
  /** The story of the run; empty unless `tells` is set. */
  readonly story: readonly StoryLine[];
  /** The lines of the story that the violated claim depends on; the whole story when the run violated nothing. */
  readonly slice: StorySlice;
  /** The situations that the run met, in the order in which it met them; empty unless `tells` is set. */
  readonly sometimes: readonly MetSituation[];
  /** What the function asked and did, as a plan that runs without the function. */
  readonly recorded: Plan;
};

/** How a scenario function is run. */
export type SessionOptions = SimulateOptions & {
  /** Whether to record the story. Default: false. */
  readonly tells?: boolean;
  /**
   * Looks at the cluster at the end, when all faults have ended, everything is answered and all nodes agree. It may ask
   * it anything and wait, but cause no faults.
   */
  readonly finally?: SessionBody;
};

const SESSION_OPTIONS: Schema<SessionOptions> = {
  ...SIMULATE_OPTIONS,
  tells: flag,
  finally: callable(" that gets the session at the end"),
};

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
  return runIn(plan, body as SessionBody, options, unlimited);
}

/**
 * Like {@link runSession}, with every part of the run under a limit, and the function optional.
 *
 * @throws HangError when `within` ends a part.
 */
export async function runIn(
  plan: Plan,
  body: SessionBody | undefined,
  options: SessionOptions,
  within: Within,
): Promise<SessionRun> {
  const { tells = false, finally: last, ...rest } = options;
  const story = new SimulationStory();
  const observers = [...(rest.observers ?? []), ...(tells ? [story.observer] : [])];
  const simulation = within(() => new Simulation(plan, { ...rest, observers }));
  const recording = new Recording(plan);
  const waits = new Waits();
  const session = new Session(simulation, waits, recording);
  const stage: Stage = { simulation, session, waits, within };
  const thrown = body === undefined ? undefined : await runBody(stage, body);
  const recorded = body === undefined ? plan : recording.plan(simulation.now);
  if (body !== undefined) within(() => simulation.heal());
  within(() => {
    while (simulation.step());
  });
  const late = thrown ?? (last && (await runFinally(stage, last)));
  const result = within(() => simulation.result());
  const { violations } = result;
  const told = { story: story.lines(violations), slice: story.slice(violations) };
  return { result, thrown: late, recorded, ...told, sometimes: story.sometimes };
}

type Stage = {
  readonly simulation: Simulation;
  readonly session: Session;
  readonly waits: Waits;
  readonly within: Within;
};

async function runBody(stage: Stage, body: SessionBody): Promise<SessionRun["thrown"]> {
  const { simulation, session } = stage;
  const thrown = await drive({
    ...stage,
    act: async () => body(session),
    hasTime: () => simulation.isRunning,
    onTimeUp: () => notEnded(simulation, "the scenario", simulation.plan.scenario.durationMs),
  });
  return thrown && { ...thrown, by: "function" };
}

/** Runs it only if the cluster is live again: otherwise that is what to report. */
async function runFinally(stage: Stage, last: SessionBody): Promise<SessionRun["thrown"]> {
  const { simulation, session } = stage;
  if (!simulation.reopen()) return undefined;
  const thrown = await drive({
    ...stage,
    act: async () => last(session),
    hasTime: () => !simulation.isOver,
    onTimeUp: () => notEnded(simulation, "finally", simulation.plan.scenario.settleMs),
  });
  return thrown && { ...thrown, by: "finally" };
}

/** A run may end before its function because of a violation: then the violation is what to report. */
function notEnded({ violations }: Simulation, what: string, ms: number): Thrown {
  if (violations.length > 0) return undefined;
  const text = `${what} has not ended after ${ms} ms of the run: await less, or give it a longer ${what === "finally" ? "settle" : "duration"}`;
  return { error: new SessionError(text) };
}
