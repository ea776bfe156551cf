import { runToken } from "../replay/run-token.ts";
import { shrinkSlowly } from "../replay/shrink.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import { planOfParts } from "../plan/own-plan.ts";
import type { Deadline } from "./deadline.ts";
import { attempt, tell, wrongs, type Attempt, type Subject } from "./subject.ts";

/** A failure, shrunk as far as the time allowed. */
export type Failure = {
  readonly check: string;
  /** What is wrong. */
  readonly text: string;
  /** The smallest attempt with this failure, and its story; the first attempt, without a story, if it did not fail again. */
  readonly smallest: Attempt;
  /** Number of runs that shrinking took. */
  readonly runs: number;
  /** Reproduces it without the test's function; undefined when the function is needed. */
  readonly token: string | undefined;
  /** Whether time ran out before shrinking was complete. */
  readonly isTimeUp: boolean;
  /** Whether a second run of the same plan was different: then the run depends on something outside the simulation. */
  readonly isUnsteady: boolean;
  /** What did not return in a second run; undefined when everything returned. */
  readonly hang: string | undefined;
};

/**
 * Shrinks a failed attempt. What a scenario function did is first tried as recorded data, because more can be removed from
 * data; only a failure that the function itself detected needs the function.
 *
 * @param deadline when to stop trying; telling the story takes some more time.
 * @param shrinkMs how long to shrink, in ms of real time, if the deadline is not earlier.
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
    isUnsteady: again.hang === undefined,
    hang: again.hang,
  };
  // A failure that does not recur cannot be shrunk, and the story of another run would explain nothing.
  if (again.hang !== undefined) return lost;
  if (!again.isCut && textOf(again, check) === undefined) return lost;
  const [tried, first] = (await dataOf(subject, failed, check, deadline)) ?? [subject, failed];
  const until = deadline.atMost(shrinkMs);
  const { plan, runs, isTimeUp } = await smaller(tried, first, check, until);
  const smallest = await tell(tried, plan);
  const smallestText = textOf(smallest, check);
  if (smallestText === undefined) return { ...lost, hang: smallest.hang };
  const token =
    tried.body === undefined ? tokenOf(subject, plan, check, smallest.result) : undefined;
  return {
    check,
    text: smallestText,
    smallest,
    runs,
    token,
    isTimeUp,
    isUnsteady,
    hang: undefined,
  };
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

/** Whether only the test can run it again, because a token cannot hold its functions. */
export function hasOwn({ parts, last }: Subject): boolean {
  const { machine, invariant, throws } = parts;
  return [machine, invariant, throws, last].some((own) => own !== undefined);
}

/** The same failure without the function; undefined when the failure needs the function. */
async function dataOf(
  { parts, body, last }: Subject,
  failed: Attempt,
  check: string,
  until: Deadline,
): Promise<readonly [Subject, Attempt] | undefined> {
  if (body === undefined || failed.thrown?.by === "function") return undefined;
  const data = { parts, body: undefined, last };
  const first = await attempt(data, failed.recorded, until);
  return textOf(first, check) === undefined ? undefined : [data, first];
}

function tokenOf(subject: Subject, plan: Plan, check: string, { hash }: RunResult): string {
  const { parts } = subject;
  const isOwn = hasOwn(subject);
  return runToken(plan, { check, hash, isOwn }, (scenario, seed) =>
    planOfParts({ ...parts, scenario }, seed),
  );
}
