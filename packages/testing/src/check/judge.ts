import type { Operation } from "../history/history.ts";
import type { Work } from "../slices.ts";
import { claimedOrder, verifyingOrder } from "./commit-order.ts";
import type { Configurations } from "./configurations.ts";
import type { DeadEnd } from "./dead-end.ts";
import type { Limits } from "./limits.ts";
import type { Model } from "./model.ts";
import { Search, type SearchProgress } from "./search.ts";
import type { Linearization, Unknown, Violated } from "./verdict.ts";

/** The operations on one object, in the order of their calls, none of them failed. */
export type ObjectHistory<Input, Output> = {
  readonly key: string;
  readonly operations: readonly Operation<Input, Output>[];
};

/** The verdict on one object. */
export type Judged<Input, Output> =
  | { readonly verdict: "valid"; readonly linearization: Linearization<Input, Output> }
  | Violated<Input, Output>
  | Unknown;

/** A model gave two answers to one question, so no verdict by it can be trusted. */
class UnsteadyModelError extends Error {
  override readonly name = "UnsteadyModelError";

  constructor(model: string, fault: string) {
    super(
      `the model ${model} answered the same question in two ways: its step must not change a state or an input, ` +
        `must depend on its arguments alone, and its key must tell states apart (${fault})`,
    );
  }
}

const OUT_OF_TIME: Unknown = { verdict: "unknown", why: "time" };

/**
 * Judges the operations on one object. It first tries the order that the history claims. If there is none, or it does not
 * verify, the search decides.
 *
 * Independent code verifies the result of the search before it is reported.
 */
export function* judge<State, Input, Output>(
  model: Model<State, Input, Output>,
  object: ObjectHistory<Input, Output>,
  limits: Limits,
  configurations: Configurations,
): Work<Judged<Input, Output>, SearchProgress | undefined> {
  if (limits.isOutOfTime) return OUT_OF_TIME;
  const { key, operations } = object;
  const claimed = claimedOrder(operations);
  if (claimed !== undefined) {
    const verified = yield* verify(model, operations, claimed, limits);
    if (verified === "outOfTime") return OUT_OF_TIME;
    const isRight = verified.fault === undefined;
    if (isRight) return { verdict: "valid", linearization: { key, order: claimed, by: "claimed" } };
  }
  const search = new Search(model, operations, limits.memoryBytes, configurations);
  const found = yield* withinTime(search.run(), limits);
  limits.steps += search.progress.steps;
  limits.configurations += search.progress.configurations;
  if (found === "outOfTime") return OUT_OF_TIME;
  if (found.type === "outOfMemory") return { verdict: "unknown", why: "memory" };
  const order = found.type === "order" ? found.order : found.deadEnd.prefix;
  const verified = yield* verify(model, operations, order, limits);
  if (verified === "outOfTime") return OUT_OF_TIME;
  if (verified.fault !== undefined) {
    throw new UnsteadyModelError(model.name, verified.fault);
  }
  if (found.type === "none") return violated(model, key, found.deadEnd);
  return { verdict: "valid", linearization: { key, order, by: "search" } };
}

function* verify<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  order: readonly Operation<Input, Output>[],
  limits: Limits,
): Work<{ readonly fault: string | undefined } | "outOfTime", undefined> {
  const placed = new Set(order);
  const leftOut = operations.filter((operation) => !placed.has(operation));
  const work = withinTime(verifyingOrder(model, order, leftOut), limits);
  for (;;) {
    const next = work.next();
    if (next.done !== true) yield undefined;
    else return next.value === "outOfTime" ? next.value : { fault: next.value };
  }
}

/** Runs work until it is done or the time limit is reached. A result counts even if the limit passed meanwhile. */
function* withinTime<Result, Progress>(
  work: Work<Result, Progress>,
  limits: Limits,
): Work<Result | "outOfTime", Progress> {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    if (limits.isOutOfTime) return "outOfTime";
    yield next.value;
  }
}

function violated<State, Input, Output>(
  model: Model<State, Input, Output>,
  key: string,
  { prefix, state, blocked, unplaced, otherStates }: DeadEnd<State, Input, Output>,
): Violated<Input, Output> {
  const describe = (one: State): string => model.describeState(one);
  return {
    verdict: "violated",
    key,
    prefix,
    state: describe(state),
    blocked,
    unplaced,
    otherStates: otherStates.map(describe),
  };
}
