import { checkArgument, rule } from "@kontiki/actors/node";
import { givenModel } from "./given-model.ts";
import { returnTime, type Operation } from "../history/history.ts";
import type { Work } from "../slices.ts";
import type { Model } from "./model.ts";
import { outputOf } from "./output-of.ts";

/** Operations between two checks of the clock. */
const OPERATIONS_PER_TURN = 256;

/** An operation that contradicts an order, and why. */
export type Fault<Input, Output> = {
  readonly operation: Operation<Input, Output>;
  readonly problem: string;
};

/**
 * The order that a history claims, for example by the log index of each operation; undefined when it claims none. When an
 * operation that returned claims no position, the claim is at fault.
 *
 * Takes operations in the order of their calls, none of them failed. An open operation without a position is claimed to
 * have had no effect.
 */
export function claimedOrder<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  describe: (operation: Operation<Input, Output>) => string,
): readonly Operation<Input, Output>[] | Fault<Input, Output> | undefined {
  const claims = operations.flatMap((operation) =>
    operation.order === undefined ? [] : [{ operation, order: operation.order }],
  );
  const isClaimed = ({ status, order }: Operation<Input, Output>): boolean =>
    order !== undefined || status === "open";
  if (claims.length === 0) return undefined;
  const operation = operations.find((one) => !isClaimed(one));
  if (operation !== undefined)
    return { operation, problem: `${describe(operation)} returned and has no place in it` };
  claims.sort((one, other) => one.order - other.order);
  return claims.map(({ operation }) => operation);
}

/**
 * Verifies an order: the model must allow each output, and the order must respect real time. Returns what is wrong with
 * it; undefined if nothing is. Takes linear time.
 *
 * An order respects real time when no operation returned before the call of an operation that precedes it, and when the
 * operations of a process are in the order of their turns. The same holds for `leftOut`: operations that come after all of
 * `order`, or that have no position.
 *
 * It shares no code with the search, so it is an independent check of the search's result.
 */
export function verifyingOrder<State, Input, Output>(
  model: Model<State, Input, Output>,
  order: readonly Operation<Input, Output>[],
  leftOut: readonly Operation<Input, Output>[],
): Work<string | undefined> {
  checkArgument("verifyingOrder", "model", givenModel, model);
  checkArgument("verifyingOrder", "order", OPERATIONS, order);
  checkArgument("verifyingOrder", "leftOut", OPERATIONS, leftOut);
  return problemOf(faultOf(model, order, leftOut));
}

function* problemOf(work: Work<Fault<unknown, unknown> | undefined>): Work<string | undefined> {
  return (yield* work)?.problem;
}

const OPERATIONS = rule("a list of operations", (value) => Array.isArray(value));

/** Like {@link verifyingOrder}, with the operation at fault. */
export function* faultOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  order: readonly Operation<Input, Output>[],
  leftOut: readonly Operation<Input, Output>[],
): Work<Fault<Input, Output> | undefined> {
  let state = model.init;
  let latestCall = -Infinity;
  const turns = new Map<string, number>();
  const isPast = ({ process, turn = Infinity }: Operation<Input, Output>): boolean =>
    turn < (turns.get(process) ?? -1);
  for (const [at, operation] of order.entries()) {
    const fault = (why: string): Fault<Input, Output> => ({
      operation,
      problem: `${model.describe(operation.input, outputOf(operation))} ${why}`,
    });
    if (returnTime(operation) < latestCall)
      return fault("comes after an operation that was called after it returned");
    latestCall = Math.max(latestCall, operation.call);
    if (isPast(operation)) return fault("comes after a later operation of its process");
    if (operation.turn !== undefined) turns.set(operation.process, operation.turn);
    const next = model.step(state, operation.input, outputOf(operation));
    if (next === undefined) return fault(`cannot follow ${model.describeState(state)}`);
    state = next;
    if (at % OPERATIONS_PER_TURN === 0) yield;
  }
  const early = leftOut.find((operation) => returnTime(operation) < latestCall);
  const skipped = leftOut.find((operation) => operation.status !== "open" && isPast(operation));
  const wrong = early ?? skipped;
  if (wrong === undefined) return undefined;
  const why =
    early === undefined
      ? "a later operation of its process is not"
      : "it returned before the last call of the others";
  const what = model.describe(wrong.input, outputOf(wrong));
  return { operation: wrong, problem: `${what} is left out, but ${why}` };
}
