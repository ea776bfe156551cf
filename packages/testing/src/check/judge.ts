import type { Operation } from "../history/history.ts";
import type { Work } from "../slices.ts";
import { claimedOrder, faultOf, type Fault } from "./commit-order.ts";
import type { Configurations } from "./configurations.ts";
import type { DeadEnd } from "./dead-end.ts";
import type { Limits } from "./limits.ts";
import type { Model } from "./model.ts";
import { outputOf } from "./output-of.ts";
import { memoryFor, Search, type SearchProgress } from "./search.ts";
import type { BrokenClaim, Linearization, Unknown, Violated } from "./verdict.ts";

/** The operations on one object, in the order of their calls, none of them failed. */
export type ObjectHistory<Input, Output> = {
  readonly key: string;
  readonly operations: readonly Operation<Input, Output>[];
};

/** The verdict on one object, and what is wrong with the order that the history claims for it. */
export type Judged<Input, Output> = (
  | { readonly verdict: "valid"; readonly linearization: Linearization<Input, Output> }
  | Violated<Input, Output>
  | Unknown
) & { readonly brokenClaim?: BrokenClaim<Input, Output> };

/** The limit that ended work early. */
type Ended = { readonly ended: Unknown["why"] };

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
  const { operations } = object;
  const bytesLeft = limits.bytesLeft - memoryFor(operations.length);
  const why = bytesLeft < 0 ? "memory" : undefined;
  if (limits.isOutOfTime || why !== undefined) return { verdict: "unknown", why: why ?? "time" };
  const claim = yield* judgeClaim(model, object, limits);
  if (claim?.verdict !== undefined) return claim;
  const broken = claim === undefined ? {} : { brokenClaim: claim };
  return { ...(yield* searched(model, object, bytesLeft, limits, configurations)), ...broken };
}

/** Verifies the order that the history claims: valid, or what is wrong with it; undefined if it claims none. */
function* judgeClaim<State, Input, Output>(
  model: Model<State, Input, Output>,
  { key, operations }: ObjectHistory<Input, Output>,
  limits: Limits,
): Work<
  | Extract<Judged<Input, Output>, { verdict: "valid" | "unknown" }>
  | (BrokenClaim<Input, Output> & { readonly verdict?: undefined })
  | undefined,
  undefined
> {
  const claimed = claimedOrder(operations, (one) => model.describe(one.input, outputOf(one)));
  if (claimed === undefined) return undefined;
  if ("problem" in claimed) return { key, ...claimed };
  const verified = yield* verify(model, operations, claimed, limits);
  if ("ended" in verified) return { verdict: "unknown", why: verified.ended };
  if (verified.fault !== undefined) return { key, ...verified.fault };
  return { verdict: "valid", linearization: { key, order: claimed, by: "claimed" } };
}

function* searched<State, Input, Output>(
  model: Model<State, Input, Output>,
  { key, operations }: ObjectHistory<Input, Output>,
  bytesLeft: number,
  limits: Limits,
  configurations: Configurations,
): Work<Judged<Input, Output>, SearchProgress | undefined> {
  const search = new Search(model, operations, bytesLeft, configurations);
  const found = yield* within(limits, search.run());
  limits.steps += search.progress.steps;
  limits.configurations += search.progress.configurations;
  if ("ended" in found) return { verdict: "unknown", why: found.ended };
  if (found.type === "outOfMemory") return { verdict: "unknown", why: "memory" };
  const order = found.type === "order" ? found.order : found.deadEnd.prefix;
  const verified = yield* verify(model, operations, order, limits);
  if ("ended" in verified) return { verdict: "unknown", why: verified.ended };
  if (verified.fault !== undefined) {
    throw new UnsteadyModelError(model.name, verified.fault.problem);
  }
  if (found.type === "none") return violated(model, key, found.deadEnd);
  return { verdict: "valid", linearization: { key, order, by: "search" } };
}

function* verify<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  order: readonly Operation<Input, Output>[],
  limits: Limits,
): Work<{ readonly fault: Fault<Input, Output> | undefined } | Ended, undefined> {
  const placed = new Set(order);
  const leftOut = operations.filter((operation) => !placed.has(operation));
  const work = faultOf(model, order, leftOut);
  for (;;) {
    const next = work.next();
    if (next.done === true) return { fault: next.value };
    if (limits.reached !== undefined) return { ended: limits.reached };
    yield undefined;
  }
}

/** Runs work until it is done or a limit is reached. A result counts even if the limit passed meanwhile. */
function* within<Result, Progress>(
  limits: Limits,
  work: Work<Result, Progress>,
): Work<Result | Ended, Progress> {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    const ended = limits.reached;
    if (ended !== undefined) return { ended };
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
