import { planOfParts } from "../plan/own-plan.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import { makeHistory } from "../history/history.ts";
import { simulateOptions } from "../runs/options-of.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult, Violation } from "../run/result.ts";
import type { StoryLine } from "../run/story.ts";
import {
  runIn,
  type SessionBody,
  type SessionOptions,
  type SessionRun,
} from "../session/run-session.ts";
import type { Observer } from "../engine/observer.ts";
import type { Simulation } from "../runs/simulate.ts";
import { HangError, watchdog } from "../watchdog.ts";
import { TIME_UP, type Deadline } from "./deadline.ts";
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

/** The plan for this seed. @throws HangError when it takes longer than until the deadline. */
export function planOfSubject({ parts }: Subject, seed: number, until: Deadline): Plan {
  return watchdog(() => until.leftMs + GRACE_MS)(() => planOfParts(parts, seed));
}

/** Tries a plan until the deadline, without a story. */
export async function attempt(subject: Subject, plan: Plan, until: Deadline): Promise<Attempt> {
  const how = { observers: [until.watch] };
  return tryPlan(subject, plan, how, () => until.leftMs + GRACE_MS);
}

/** Tries a plan to its end, with a story. */
export async function tell(subject: Subject, plan: Plan): Promise<Attempt> {
  return tryPlan(subject, plan, { tells: true }, () => TELL_MS);
}

async function tryPlan(
  { parts, body, last }: Subject,
  plan: Plan,
  how: Pick<SessionOptions, "observers" | "tells">,
  leftMs: () => number,
): Promise<Attempt> {
  const witness = new Witness();
  const observers = [...(how.observers ?? []), witness.watch];
  const finish = last === undefined ? {} : { finally: last };
  const options = { ...simulateOptions(parts), ...how, ...finish, observers };
  try {
    const run = await runIn(plan, body, options, watchdog(leftMs));
    const isCut = run.result.violations.some(({ check }) => check === TIME_UP);
    return { plan, ...run, cause: witness.error, isCut, hang: undefined };
  } catch (error) {
    if (!(error instanceof HangError)) throw error;
    return witness.hung(plan);
  }
}

/** Sees what a result does not tell: errors themselves, and where a run was when it was ended. */
class Witness {
  #simulation: Simulation | undefined;
  #error: unknown;

  get error(): unknown {
    return this.#error;
  }

  readonly watch = (simulation: Simulation): Observer => {
    this.#simulation = simulation;
    return {
      onStep: () => undefined,
      onHappening: (happening) => {
        if (happening.type === "misbehaved") this.#error ??= happening.error;
      },
    };
  };

  /** What can be said of a run that was ended in a call. */
  hung(plan: Plan): Attempt {
    const { now: at = 0, callInProgress } = this.#simulation ?? {};
    const result: RunResult = {
      verdict: "violated",
      violations: [{ check: TIME_UP, text: "real time was up", at }],
      doubts: [],
      hash: "",
      events: 0,
      virtualMs: at,
      coverage: {},
      history: makeHistory([]),
    };
    const hang = callInProgress ?? "the code of the test, or a check of the run,";
    return { ...NOTHING, plan, recorded: plan, result, isCut: true, hang };
  }
}

const NOTHING = { story: [], thrown: undefined, cause: undefined } as const;

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
