import { isDeepStrictEqual } from "#platform";
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
import { earlier, endsSoon, gapsIn } from "./earlier.ts";
import { PlanSet } from "./plan-set.ts";
import {
  onlyUntil,
  withoutEdits,
  withoutFaults,
  withoutNode,
  withoutOperations,
} from "./reductions.ts";
import { simplerFault, simplerOperation, simplerScenario } from "./simpler.ts";
import { towardsUsual } from "./usual-settings.ts";

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
 * faults, operations and nodes (delta debugging, Zeller and Hildebrandt 2002: first large parts, then single ones), gives
 * settings their usual values, moves everything earlier, shortens faults and delays, and rounds times.
 *
 * No single fault, operation or node can be removed from the result. A different failure of the same check counts as
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

/**
 * A run that takes that many times as many slices as that of the given plan, and some more, is ended and does not count: it
 * is no smaller failure, and it may never end.
 */
const SLICES_FACTOR = 4;
const SLICES_LEAST = 200;

function* shrinking(
  failed: Tried,
  check: string,
  run: (plan: Plan) => Work<RunResult, unknown>,
): Work<Shrunk, Shrunk> {
  const work = new Shrinking(failed, check);
  const asking = work.work();
  let limit = Infinity;
  for (let next = asking.next(); next.done !== true;) {
    const running = run(next.value);
    let slices = 0;
    let slice = running.next();
    for (; slice.done !== true && slices < limit; slice = running.next()) {
      slices += 1;
      yield work.progress;
    }
    if (limit === Infinity) limit = SLICES_LEAST + SLICES_FACTOR * slices;
    next = asking.next(slice.done === true ? slice.value : undefined);
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

/** Yields plans to run and receives their results; undefined for a run that was ended early. */
type Asking<Result> = Generator<Plan, Result, RunResult | undefined>;

class Shrinking {
  readonly #check: string;
  /** Plans that do not fail. Many changes lead to the same plan, and a round tries most of those of the last one. */
  readonly #tried = new PlanSet();
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

  /**
   * One change may make another one possible, so it repeats all changes until a round in which none helped. Changes of single
   * faults and operations are the most, so they wait until there is nothing else to do.
   */
  *work(): Asking<void> {
    this.#isSteady = this.#fails(yield this.#plan);
    this.#runs += 1;
    if (!this.#isSteady) return;
    let before: Plan;
    do {
      before = this.#plan;
      yield* this.#reduce();
      yield* this.#simplifyEach();
    } while (this.#plan !== before);
  }

  *#reduce(): Asking<void> {
    let before: Plan;
    do {
      before = this.#plan;
      yield* this.#try((plan) => onlyUntil(plan, this.#failsAt));
      yield* this.#remove((plan) => plan.faults.length, withoutFaults);
      yield* this.#remove((plan) => plan.operations.length, withoutOperations);
      yield* this.#remove((plan) => plan.edits?.length ?? 0, withoutEdits);
      yield* this.#removeNodes();
      yield* this.#useUsual();
      yield* this.#moveEarlier();
      yield* this.#simplifyAll();
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

  /** The last node first: then no other one changes its name. */
  *#removeNodes(): Asking<void> {
    for (let number = this.#plan.nodes; number > 0; number -= 1)
      yield* this.#try((plan) => withoutNode(plan, number));
  }

  /** All settings at once, then parts of those that are left. */
  *#useUsual(): Asking<void> {
    let size = towardsUsual(this.#plan).length;
    while (size > 0) {
      const changes = towardsUsual(this.#plan);
      for (let from = 0; from < changes.length; from += size) {
        const part = changes.slice(from, from + size);
        yield* this.#try((plan) => part.reduce((changed, change) => change(changed), plan));
      }
      size = size === 1 ? 0 : Math.ceil(size / 2);
    }
  }

  *#moveEarlier(): Asking<void> {
    yield* this.#try(endsSoon);
    for (const { from, to } of gapsIn(this.#plan))
      for (const share of [1, 1 / 2, 1 / 4]) {
        const byMs = Math.floor((to - from) * share);
        if (byMs > 0 && (yield* this.#try((plan) => earlier(plan, to, byMs)))) break;
      }
  }

  /** Each simplification of all faults or operations at once. */
  *#simplifyAll(): Asking<void> {
    for (const change of simplerScenario) while (yield* this.#try(change));
    for (const simpler of simplerFault)
      while (yield* this.#try((plan) => ({ ...plan, faults: plan.faults.map(simpler) })));
    for (const simpler of simplerOperation)
      while (yield* this.#try((plan) => ({ ...plan, operations: plan.operations.map(simpler) })));
  }

  *#simplifyEach(): Asking<void> {
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
    if (isDeepStrictEqual(plan, this.#plan) || this.#tried.has(plan)) return false;
    const result = yield plan;
    this.#runs += 1;
    const isKept = result !== undefined && this.#fails(result);
    if (isKept) this.#smallest = { plan, result };
    else this.#tried.add(plan);
    return isKept;
  }

  #fails(result: RunResult | undefined): boolean {
    return result?.violations.some(({ check }) => check === this.#check) === true;
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
