import { planOfParts } from "../plan/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import { simulateOptions } from "../runs/options-of.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult, Violation } from "../run/result.ts";
import type { MetSituation, StoryLine, StorySlice } from "../run/story.ts";
import {
  runIn,
  type SessionBody,
  type SessionOptions,
  type SessionRun,
} from "../session/run-session.ts";
import type { Observer } from "../engine/observer.ts";
import { Watched } from "../runs/watched.ts";
import { HangError, watchdog } from "../watchdog.ts";
import { Deadline, TIME_UP } from "./deadline.ts";
import { thrownText } from "./thrown-text.ts";

/** What a test tries with each seed. */
export type Subject = {
  readonly parts: ScenarioParts;
  /** Undefined for a scenario without a function. */
  readonly body: SessionBody | undefined;
  /** Looks at the cluster at the end. */
  readonly last: SessionBody | undefined;
};

/** The result of trying a plan. */
export type Attempt = {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly story: readonly StoryLine[];
  /** The lines of the story that the violated claim depends on. */
  readonly slice: StorySlice;
  readonly sometimes: readonly MetSituation[];
  /** What the scenario function threw. */
  readonly thrown: SessionRun["thrown"];
  /** The error that the first violation comes from, such as one that an invariant threw; undefined when there is none. */
  readonly cause: unknown;
  /** Whether real time ran out before it ended. */
  readonly isCut: boolean;
  /** What did not return when real time ran out; undefined when everything returned. */
  readonly hang: string | undefined;
  /** The plan of all that happened, which runs without the function. */
  readonly recorded: Plan;
};

/** How long after a deadline a call that has not returned is ended, in ms: the run itself looks at the clock before. */
const GRACE_MS = 500;

/** How long a story may take, in ms. */
const TELL_MS = 20_000;

/** The plan for this seed. @throws HangError when the test's own `commands` take longer than until the deadline. */
export function planOfSubject({ parts }: Subject, seed: number, until: Deadline): Plan {
  if (parts.commands === undefined) return planOfParts(parts, seed);
  return watchdog(() => until.leftMs + GRACE_MS)(() => planOfParts(parts, seed));
}

/** Tries a plan until the deadline, without a story. */
export async function attempt(subject: Subject, plan: Plan, until: Deadline): Promise<Attempt> {
  const how = { observers: [until.watch] };
  // A run that begins late has some time as well: it looks at the clock itself, and is cut.
  const grace = new Deadline(GRACE_MS);
  return tryPlan(subject, plan, how, () => Math.max(until.leftMs + GRACE_MS, grace.leftMs));
}

/** Tries a plan to its end, with a story. */
export async function tell(subject: Subject, plan: Plan): Promise<Attempt> {
  const until = new Deadline(TELL_MS);
  return tryPlan(subject, plan, { tells: true }, () => until.leftMs);
}

async function tryPlan(
  { parts, body, last }: Subject,
  plan: Plan,
  how: Pick<SessionOptions, "observers" | "tells">,
  leftMs: () => number,
): Promise<Attempt> {
  const watched = new Watched();
  const cause = new Cause();
  const observers = [...(how.observers ?? []), watched.watch, cause.watch];
  const finish = last === undefined ? {} : { finally: last };
  const options = { ...simulateOptions(parts), ...how, ...finish, observers };
  try {
    const run = await runIn(plan, body, options, watchdog(leftMs));
    const isCut = run.result.violations.some(({ check }) => check === TIME_UP);
    return { plan, ...run, cause: cause.error, isCut, hang: undefined };
  } catch (error) {
    if (!(error instanceof HangError)) throw error;
    const result = watched.result(TIME_UP, "real time was up");
    const slice: StorySlice = { lines: [], of: 0, about: "" };
    const nothing = {
      story: [],
      slice,
      sometimes: [],
      thrown: undefined,
      cause: undefined,
    } as const;
    return { ...nothing, plan, recorded: plan, result, isCut: true, hang: watched.hang };
  }
}

/** Remembers the first error that a state machine, or the invariant, threw: a result has only its text. */
class Cause {
  #error: unknown;

  get error(): unknown {
    return this.#error;
  }

  readonly watch = (): Observer => ({
    onStep: () => undefined,
    onHappening: (happening) => {
      if (happening.type === "misbehaved") this.#error ??= happening.error;
    },
  });
}

/** All violations of an attempt; what its function threw comes first. */
export function wrongs({ thrown, result }: Attempt): readonly Violation[] {
  if (thrown === undefined) return result.violations;
  const text = thrownText(thrown.error);
  // A different error is a different failure: shrinking must not drift from one to the other.
  const first = text.split("\n", 1)[0] ?? "";
  // At the end the numbers depend on how many operations are left.
  const check =
    thrown.by === "finally" ? `finally: ${first.replaceAll(/\d+/g, "#")}` : `scenario: ${first}`;
  return [{ check, text, at: result.virtualMs }, ...result.violations];
}
