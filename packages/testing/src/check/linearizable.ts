import { checkArgument, checkOptions, isRecord } from "@kontiki/actors/node";
import { givenHistory } from "../history/given-history.ts";
import { givenOperations } from "../history/given-operations.ts";
import type { History, Operation } from "../history/history.ts";
import { finish, finishInSlices, sliceOptions, type SliceOptions, type Work } from "../slices.ts";
import { Configurations } from "./configurations.ts";
import { guardedModel } from "./guarded-model.ts";
import { judge } from "./judge.ts";
import { givenModel } from "./given-model.ts";
import { LIMIT_OPTIONS, Limits, type LimitOptions } from "./limits.ts";
import { InterpretError, type Model } from "./model.ts";
import { byObject } from "./object-of.ts";
import { isSteady } from "./steady.ts";
import type { SearchProgress } from "./search.ts";
import type { BrokenClaim, Cost, Linearization, Unknown, Verdict } from "./verdict.ts";

/** The progress of a check over all objects. */
export type CheckProgress = {
  /** Operations that are explained. For the running search: the most that it had placed at once. */
  readonly placed: number;
  /** All operations that must be explained. */
  readonly operations: number;
  /** Configurations that the search has stored. */
  readonly configurations: number;
};

/**
 * Judges whether a history is linearizable: whether each operation can have taken effect at one moment between its call
 * and its return so that the model explains all outputs (Herlihy and Wing, 1990).
 *
 * It judges one object after another and stops at the first violation. It first tries the order that the history claims;
 * if that does not verify, the search decides.
 *
 * @throws ModelError when the model throws, InterpretError when it cannot begin with the initial value of the history, and
 * KontikiError when an operation has a status or a time that cannot be.
 */
export function checkLinearizable<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  options: LimitOptions = {},
): Verdict<Input, Output> {
  checkArgument("checkLinearizable", "history", givenHistory, history);
  checkArgument("checkLinearizable", "model", givenModel, model);
  checkOptions("checkLinearizable", LIMIT_OPTIONS, options);
  return finish(check(history, model, new Limits(options)));
}

/**
 * Like {@link checkLinearizable}, but runs in slices: other work of the thread runs in between, `onProgress` gets the
 * progress, and the verdict is "unknown" when `signal` is aborted.
 */
export async function checkLinearizableInSlices<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  options: LimitOptions & SliceOptions<CheckProgress> = {},
): Promise<Verdict<Input, Output>> {
  const where = "checkLinearizableInSlices";
  checkArgument(where, "history", givenHistory, history);
  checkArgument(where, "model", givenModel, model);
  checkOptions(where, { ...LIMIT_OPTIONS, ...sliceOptions<CheckProgress>() }, options);
  const { signal, onProgress, ...limiting } = options;
  const limits = new Limits(limiting);
  const slices = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const verdict = await finishInSlices(check(history, model, limits), slices);
  return verdict ?? { verdict: "unknown", why: "interrupted", cost: costOf(limits) };
}

function* check<State, Input, Output>(
  history: History<Input, Output>,
  unguarded: Model<State, Input, Output>,
  limits: Limits,
): Work<Verdict<Input, Output>, CheckProgress> {
  checkTerms(history.operations, unguarded);
  const model = guardedModel(unguarded, history.reading?.initial);
  const operations = effective(history);
  const objects: Linearization<Input, Output>[] = [];
  const configurations = new Configurations();
  const brokenClaims: BrokenClaim<Input, Output>[] = [];
  const common = (): Pick<Verdict<Input, Output>, "cost" | "brokenClaims"> => ({
    cost: costOf(limits),
    ...(brokenClaims.length === 0 ? {} : { brokenClaims }),
  });
  let unknown: Unknown | undefined;
  let done = 0;
  for (const [key, own] of byObject(operations, model)) {
    const object = { key, operations: own };
    const progress = (now?: SearchProgress): CheckProgress => ({
      placed: done + (now?.placed ?? 0),
      operations: operations.length,
      configurations: limits.configurations + (now?.configurations ?? 0),
    });
    const { brokenClaim, ...judged } = yield* mapProgress(
      judge(model, object, limits, configurations),
      progress,
    );
    if (brokenClaim !== undefined) brokenClaims.push(brokenClaim);
    if (judged.verdict === "violated") return { ...judged, ...common() };
    if (judged.verdict === "valid") objects.push(judged.linearization);
    // When one object needs too much memory, another may still show a violation. When the time is over, none can.
    else unknown ??= judged;
    if (judged.verdict === "unknown" && judged.why === "time") break;
    done += object.operations.length;
    yield progress();
  }
  if (unknown !== undefined) return { ...unknown, ...common() };
  return { verdict: "valid", objects, ...common() };
}

/** A history of a file has other inputs than a model: by those of the file, no step would be possible, so all is violated. */
function checkTerms(
  operations: readonly Operation<unknown, unknown>[],
  model: Pick<Model<never, never, never>, "name">,
): void {
  const isUntranslated = ({ input }: Operation<unknown, unknown>): boolean =>
    isRecord(input) && "f" in input && "value" in input;
  if (isSteady(model) && operations.some(isUntranslated))
    throw new InterpretError(
      `the history is not in the terms of the model ${model.name}: give what interpretHistory(history, model) returns`,
    );
}

/** The operations that must be explained, in the order of their calls: all that may have had an effect. */
function effective<Input, Output>({
  operations,
}: History<Input, Output>): readonly Operation<Input, Output>[] {
  checkArgument("checkLinearizable", "operations", givenOperations, operations);
  return operations
    .filter(({ status }) => status !== "failed")
    .toSorted((one, other) => one.call - other.call);
}

function* mapProgress<Result, From, To>(
  work: Work<Result, From>,
  change: (progress: From) => To,
): Work<Result, To> {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    yield change(next.value);
  }
}

function costOf({ elapsedMs, steps, configurations }: Limits): Cost {
  return { elapsedMs, steps, configurations };
}
