import { tellRun } from "../replay/tell-run.ts";
import { planOfParts } from "../scenario/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import { simulateOptions } from "../run/options-of.ts";
import type { Plan } from "../run/plan.ts";
import type { RunResult, Violation } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import { runSession, type SessionBody } from "../session/run-session.ts";
import { simulate } from "../simulation/simulate.ts";

/** What a test tries again and again. */
export type Subject = {
  readonly parts: ScenarioParts;
  /** Undefined for a scenario that is all data. */
  readonly body: SessionBody | undefined;
};

/** What came of trying a plan. */
export type Attempt = {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly story: readonly StoryLine[];
  /** What the scenario function threw. */
  readonly thrown: { readonly error: unknown } | undefined;
  /** The plan of all that happened, which needs no function. */
  readonly recorded: Plan;
};

/** What is tried with this seed. */
export function planOfSubject({ parts }: Subject, seed: number): Plan {
  return planOfParts(parts, seed);
}

/** Tries a plan. The story is empty unless it is told. */
export async function attempt(subject: Subject, plan: Plan, tells: boolean): Promise<Attempt> {
  const { parts, body } = subject;
  const options = simulateOptions(parts);
  if (body !== undefined) return { plan, ...(await runSession(plan, body, { ...options, tells })) };
  const told = tells ? tellRun(plan, options) : { result: simulate(plan, options), story: [] };
  return { plan, thrown: undefined, recorded: plan, ...told };
}

/** All that is wrong with an attempt, what its function threw first. */
export function wrongs({ thrown, result }: Attempt): readonly Violation[] {
  if (thrown === undefined) return result.violations;
  const text = messageOf(thrown.error);
  // Another error is another failure: shrinking must not slip from one to the other.
  const check = `scenario: ${text.split("\n", 1)[0]}`;
  return [{ check, text, at: result.virtualMs }, ...result.violations];
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
