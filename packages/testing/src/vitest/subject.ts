import { tellRun, type ToldRun } from "../replay/tell-run.ts";
import { planOfParts } from "../plan/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import { simulateOptions } from "../runs/options-of.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult, Violation } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import {
  runSession,
  type SessionBody,
  type SessionOptions,
  type SessionRun,
} from "../session/run-session.ts";
import { simulate } from "../runs/simulate.ts";
import { TIME_UP, type Deadline } from "./deadline.ts";
import { thrownText } from "./thrown-text.ts";

/** What a test tries with each seed. */
export type Subject = {
  readonly parts: ScenarioParts;
  /** Undefined for a scenario without a function. */
  readonly body: SessionBody | undefined;
};

/** The result of trying a plan. */
export type Attempt = {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly story: readonly StoryLine[];
  /** What the scenario function threw. */
  readonly thrown: { readonly error: unknown } | undefined;
  /** Whether real time ran out before it ended. */
  readonly isCut: boolean;
  /** The plan of all that happened, which runs without the function. */
  readonly recorded: Plan;
};

/** The plan for this seed. */
export function planOfSubject({ parts }: Subject, seed: number): Plan {
  return planOfParts(parts, seed);
}

/** Tries a plan until the deadline, without a story. */
export async function attempt(subject: Subject, plan: Plan, until: Deadline): Promise<Attempt> {
  return tryPlan(subject, plan, { observers: [until.watch] });
}

/** Tries a plan to its end, with a story. */
export async function tell(subject: Subject, plan: Plan): Promise<Attempt> {
  return tryPlan(subject, plan, { tells: true });
}

async function tryPlan(
  { parts, body }: Subject,
  plan: Plan,
  how: Pick<SessionOptions, "observers" | "tells">,
): Promise<Attempt> {
  const options = { ...simulateOptions(parts), ...how };
  const run: SessionRun =
    body === undefined
      ? { thrown: undefined, recorded: plan, ...runData(plan, options) }
      : await runSession(plan, body, options);
  const isCut = run.result.violations.some(({ check }) => check === TIME_UP);
  return { plan, ...run, isCut };
}

function runData(plan: Plan, { tells, ...options }: SessionOptions): ToldRun {
  return tells === true ? tellRun(plan, options) : { result: simulate(plan, options), story: [] };
}

/** All violations of an attempt; what its function threw comes first. */
export function wrongs({ thrown, result }: Attempt): readonly Violation[] {
  if (thrown === undefined) return result.violations;
  const text = thrownText(thrown.error);
  // A different error is a different failure: shrinking must not drift from one to the other.
  const check = `scenario: ${text.split("\n", 1)[0]}`;
  return [{ check, text, at: result.virtualMs }, ...result.violations];
}
