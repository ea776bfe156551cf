import { runToken } from "../replay/run-token.ts";
import { shrinkSlowly } from "../replay/shrink.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import { planOfParts } from "../plan/own-plan.ts";
import type { Deadline } from "./deadline.ts";
import { attempt, tell, wrongs, type Attempt, type Subject } from "./subject.ts";

/** A failure, made as small as it could be in the time. */
export type Failure = {
  readonly check: string;
  /** What is wrong, in words. */
  readonly text: string;
  /** The smallest attempt that fails so, with its story; what failed, without one, where it did not fail again. */
  readonly smallest: Attempt;
  /** How often it was tried to make it smaller. */
  readonly runs: number;
  /** What gives it again without the test's function; undefined where nothing does. */
  readonly token: string | undefined;
  /** Whether time was up before nothing more could be taken away. */
  readonly isTimeUp: boolean;
  /** Whether running the same plan again gave another run: then something is not of the simulation. */
  readonly isUnsteady: boolean;
};

/**
 * Makes a failed attempt smaller. What a scenario function did is first tried as data, of which more can be taken away;
 * only what the function itself found wrong needs the function.
 *
 * @param deadline when nothing more is tried; that it is told takes some time more.
 * @param shrinkMs how long it is made smaller, in ms of real time, if the deadline is not before that.
 */
export async function shrunkFailure(
  subject: Subject,
  failed: Attempt,
  deadline: Deadline,
  shrinkMs: number,
): Promise<Failure> {
  const { check = "", text = "" } = wrongs(failed)[0] ?? {};
  const again = await attempt(subject, failed.plan, deadline);
  const isUnsteady = !again.isCut && again.result.hash !== failed.result.hash;
  const lost: Failure = {
    check,
    text,
    smallest: failed,
    runs: 0,
    token: undefined,
    isTimeUp: false,
    isUnsteady: true,
  };
  // A failure that does not come again cannot be shrunk, and another run's story would explain nothing.
  if (!again.isCut && textOf(again, check) === undefined) return lost;
  const [tried, first] = (await dataOf(subject, failed, check, deadline)) ?? [subject, failed];
  const until = deadline.atMost(shrinkMs);
  const { plan, runs, isTimeUp } = await smaller(tried, first, check, until);
  const smallest = await tell(tried, plan);
  const smallestText = textOf(smallest, check);
  if (smallestText === undefined) return lost;
  const token =
    tried.body === undefined ? tokenOf(subject, plan, check, smallest.result) : undefined;
  return { check, text: smallestText, smallest, runs, token, isTimeUp, isUnsteady };
}

function textOf(attempted: Attempt, check: string): string | undefined {
  return wrongs(attempted).find((one) => one.check === check)?.text;
}

async function smaller(
  subject: Subject,
  first: Attempt,
  check: string,
  until: Deadline,
): Promise<Pick<Failure, "runs" | "isTimeUp"> & { readonly plan: Plan }> {
  let isTimeUp = false;
  const resultOf = (one: Attempt): RunResult => ({ ...one.result, violations: wrongs(one) });
  const { plan, runs } = await shrinkSlowly(
    { plan: first.plan, result: resultOf(first) },
    check,
    async (next) => resultOf(await attempt(subject, next, until)),
    () => {
      isTimeUp = until.isOver;
      return !isTimeUp;
    },
  );
  return { plan, runs, isTimeUp };
}

/** The same failure without the function, when there is one. */
async function dataOf(
  { parts, body }: Subject,
  failed: Attempt,
  check: string,
  until: Deadline,
): Promise<readonly [Subject, Attempt] | undefined> {
  if (body === undefined || failed.thrown !== undefined) return undefined;
  const data = { parts, body: undefined };
  const first = await attempt(data, failed.recorded, until);
  return textOf(first, check) === undefined ? undefined : [data, first];
}

function tokenOf({ parts }: Subject, plan: Plan, check: string, { hash }: RunResult): string {
  const isOwn = parts.machine !== undefined;
  return runToken(plan, { check, hash, isOwn }, (scenario, seed) =>
    planOfParts({ ...parts, scenario }, seed),
  );
}
