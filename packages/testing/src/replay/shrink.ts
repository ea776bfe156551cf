import { isDeepStrictEqual } from "node:util";
import {
  callable,
  checkArgument,
  checkOptions,
  needed,
  oneOf,
  rule,
  type Schema,
} from "@kontiki/actors/node";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { Work } from "../slices.ts";
import { fewerNodes, onlyUntil, withoutFaults, withoutOperations } from "./reductions.ts";
import { simplerFault, simplerOperation, simplerScenario } from "./simpler.ts";

/** A plan and its result. */
export type Tried = {
  /** The plan. */
  readonly plan: Plan;
  /** The result of its run. */
  readonly result: RunResult;
};

const TRIED: Schema<Tried> = {
  plan: needed(givenPlan),
  result: needed(rule("the result of its run", (value) => isResult(value))),
};

/** The progress or the result of shrinking: the smallest plan so far that fails in the same check. */
export type Shrunk = Tried & {
  /** The number of runs. */
  readonly runs: number;
  /**
   * Whether the plan failed again when it was repeated. If not, the state machine or the test depends on something outside
   * the simulation: then `result` is the result of the failed run, and nothing was removed.
   */
  readonly isSteady: boolean;
};

/** Runs a plan. */
export type RunPlan = (plan: Plan) => RunResult;

/**
 * Removes everything from a failed plan that the failure in this check does not need, and simplifies the rest. It removes
 * faults, operations and nodes (delta debugging, Zeller and Hildebrandt 2002: first large parts, then single ones),
 * shortens faults, rounds times, and simplifies settings.
 *
 * No single fault, operation or last node can be removed from the result. A different failure of the same check counts as
 * the same failure. A given plan always shrinks in the same way.
 *
 * @param failed its result has a violation of `check`.
 */
export function shrink(failed: Tried, check: string, run: RunPlan): Shrunk {
  checkShrinking("shrink", failed, check, run);
  const shrinking = new Shrinking(failed, check);
  const asking = shrinking.work();
  for (let next = asking.next(); next.done !== true;) next = asking.next(run(next.value));
  return shrinking.progress;
}

/** Like {@link shrink}, as work that yields its progress: a caller that stops early has the smallest plan so far. */
export function shrinkInSlices(
  failed: Tried,
  check: string,
  run: (plan: Plan) => Work<RunResult, unknown>,
): Work<Shrunk, Shrunk> {
  checkShrinking("shrinkInSlices", failed, check, run);
  return shrinking(failed, check, run);
}

function checkShrinking(where: string, failed: Tried, check: string, run: unknown): void {
  checkOptions(where, TRIED, failed, "failed");
  const checks = failed.result.violations.map((violation) => violation.check);
  checkArgument(where, "check", oneOf(...checks), check);
  checkArgument(where, "run", callable(" that runs a plan"), run);
}

function isResult(value: unknown): boolean {
  return typeof value === "object" && value !== null && "violations" in value;
}

function* shrinking(
  failed: Tried,
  check: string,
  run: (plan: Plan) => Work<RunResult, unknown>,
): Work<Shrunk, Shrunk> {
  const work = new Shrinking(failed, check);
  const asking = work.work();
  for (let next = asking.next(); next.done !== true;) {
    const running = run(next.value);
    let slice = running.next();
    for (; slice.done !== true; slice = running.next()) yield work.progress;
    next = asking.next(slice.value);
    yield work.progress;
  }
  return work.progress;
}

/**
 * Like {@link shrink}, for asynchronous runs.
 *
 * @param goesOn called before each run; false ends the shrinking with the smallest plan so far.
 */
export async function shrinkSlowly(
  failed: Tried,
  check: string,
  run: (plan: Plan) => Promise<RunResult>,
  goesOn: () => boolean,
): Promise<Shrunk> {
  const shrinking = new Shrinking(failed, check);
  const asking = shrinking.work();
  for (let next = asking.next(); next.done !== true && goesOn();)
    next = asking.next(await run(next.value));
  return shrinking.progress;
}

/** A way to make a plan smaller. */
type Change = (plan: Plan) => Plan;

/** Yields plans to run and receives their results. */
type Asking<Result> = Generator<Plan, Result, RunResult>;

class Shrinking {
  readonly #check: string;
  #smallest: Tried;
  #runs = 0;
  #isSteady = true;

  constructor(failed: Tried, check: string) {
    this.#smallest = failed;
    this.#check = check;
  }

  /** The smallest plan so far. */
  get progress(): Shrunk {
    return { ...this.#smallest, runs: this.#runs, isSteady: this.#isSteady };
  }

  /** One change may make another one possible, so it repeats all changes until a round in which none helped. */
  *work(): Asking<void> {
    this.#isSteady = this.#fails(yield this.#plan);
    this.#runs += 1;
    if (!this.#isSteady) return;
    let before: Plan;
    do {
      before = this.#plan;
      yield* this.#try((plan) => onlyUntil(plan, this.#failsAt));
      yield* this.#remove((plan) => plan.faults.length, withoutFaults);
      yield* this.#remove((plan) => plan.operations.length, withoutOperations);
      while (yield* this.#try(fewerNodes));
      yield* this.#simplify();
    } while (this.#plan !== before);
  }

  get #plan(): Plan {
    return this.#smallest.plan;
  }

  get #failsAt(): number {
    const { violations } = this.#smallest.result;
    return violations.find(({ check }) => check === this.#check)?.at ?? Infinity;
  }

  /** Removes parts from the end first: late parts are more often unnecessary. */
  *#remove(
    count: (plan: Plan) => number,
    without: (plan: Plan, from: number, to: number) => Plan,
  ): Asking<void> {
    let size = Math.ceil(count(this.#plan) / 2);
    while (size > 0) {
      for (let to = count(this.#plan); to > 0; to -= size) {
        const from = Math.max(0, to - size);
        yield* this.#try((plan) => without(plan, from, to));
      }
      size = size === 1 ? 0 : Math.ceil(size / 2);
    }
  }

  *#simplify(): Asking<void> {
    for (const change of simplerScenario) while (yield* this.#try(change));
    for (let at = 0; at < this.#plan.faults.length; at += 1) {
      for (const simpler of simplerFault)
        while (yield* this.#try((plan) => withFault(plan, at, simpler)));
    }
    for (let at = 0; at < this.#plan.operations.length; at += 1) {
      for (const simpler of simplerOperation)
        while (yield* this.#try((plan) => withOperation(plan, at, simpler)));
    }
  }

  /** Tries a change and keeps it if the plan still fails. @returns whether it was kept. */
  *#try(change: Change): Asking<boolean> {
    const plan = change(this.#plan);
    if (isDeepStrictEqual(plan, this.#plan)) return false;
    const result = yield plan;
    this.#runs += 1;
    const fails = this.#fails(result);
    if (fails) this.#smallest = { plan, result };
    return fails;
  }

  #fails({ violations }: RunResult): boolean {
    return violations.some(({ check }) => check === this.#check);
  }
}

function withFault(plan: Plan, at: number, simpler: (typeof simplerFault)[number]): Plan {
  const faults = plan.faults.map((fault, place) => (place === at ? simpler(fault) : fault));
  return { ...plan, faults };
}

function withOperation(plan: Plan, at: number, simpler: (typeof simplerOperation)[number]): Plan {
  const operations = plan.operations.map((one, place) => (place === at ? simpler(one) : one));
  return { ...plan, operations };
}
