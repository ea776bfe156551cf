import { runToken } from "../replay/run-token.ts";
import { shrinkSlowly } from "../replay/shrink.ts";
import type { Plan } from "../run/plan.ts";
import type { RunResult } from "../run/result.ts";
import { planOfParts } from "../scenario/own-plan.ts";
import { attempt, wrongs, type Attempt, type Subject } from "./subject.ts";

/** A failure, made as small as it could be in the time. */
export type Failure = {
  readonly check: string;
  /** The smallest attempt that fails so, with its story. */
  readonly smallest: Attempt;
  /** How often it was tried to make it smaller. */
  readonly runs: number;
  /** What gives it again without the test's function; undefined where nothing does. */
  readonly token: string | undefined;
  /** Whether running the same plan again gave another run: then something is not of the simulation. */
  readonly isUnsteady: boolean;
};

/**
 * Makes a failed attempt smaller. What a scenario function did is first tried as data, of which more can be taken away;
 * only what the function itself found wrong needs the function.
 */
export async function shrunkFailure(
  subject: Subject,
  failed: Attempt,
  shrinkMs: number,
): Promise<Failure> {
  const check = wrongs(failed)[0]?.check ?? "";
  const end = performance.now() + shrinkMs;
  const again = await attempt(subject, failed.plan, false);
  const asData = await dataOf(subject, failed, check);
  const [tried, first] = asData ?? [subject, failed];
  const resultOf = (one: Attempt): RunResult => ({ ...one.result, violations: wrongs(one) });
  const { plan, runs } = await shrinkSlowly(
    { plan: first.plan, result: resultOf(first) },
    check,
    async (smaller) => resultOf(await attempt(tried, smaller, false)),
    () => performance.now() < end,
  );
  const smallest = await attempt(tried, plan, true);
  const token =
    tried.body === undefined ? tokenOf(subject, plan, check, smallest.result) : undefined;
  return { check, smallest, runs, token, isUnsteady: again.result.hash !== failed.result.hash };
}

/** The same failure without the function, when there is one. */
async function dataOf(
  { parts, body }: Subject,
  failed: Attempt,
  check: string,
): Promise<readonly [Subject, Attempt] | undefined> {
  if (body === undefined || failed.thrown !== undefined) return undefined;
  const data = { parts, body: undefined };
  const first = await attempt(data, failed.recorded, false);
  return wrongs(first).some((one) => one.check === check) ? [data, first] : undefined;
}

function tokenOf({ parts }: Subject, plan: Plan, check: string, { hash }: RunResult): string {
  return runToken(plan, { check, hash }, (scenario, seed) =>
    planOfParts({ ...parts, scenario }, seed),
  );
}
