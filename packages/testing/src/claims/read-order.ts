import type { History, Operation } from "../history/history.ts";
import { guardedModel } from "../check/guarded-model.ts";
import type { Model } from "../check/model.ts";
import { byObject } from "../check/object-of.ts";

/** The most that a read comes after the command that it read. It is less where the next command of the object comes soon. */
const AFTER_MOST = 0.5;

/**
 * Finds places for reads that did not go through the log, so that the judge can try the order of the log as the order of
 * effects.
 *
 * A read is placed after the first command that makes its answer right and before the next one, even if one entry has both.
 * It is not placed before operations that had ended when it was called: the earliest place leaves the most room for later
 * reads. It is a guess, and the judge verifies the order. If an operation that returned has no place, the history has no
 * order, and the search decides.
 */
export function withReadsPlaced<State, Input, Output>(
  history: History<Input, Output>,
  unguarded: Model<State, Input, Output>,
): History<Input, Output> {
  const model = guardedModel(unguarded, history.reading?.initial);
  const placed = new Map<Operation<Input, Output>, Operation<Input, Output>>();
  for (const object of byObject(history.operations, model).values())
    placeReads(object, model, placed);
  return { ...history, operations: history.operations.map((each) => placed.get(each) ?? each) };
}

function placeReads<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
  placed: Map<Operation<Input, Output>, Operation<Input, Output>>,
): void {
  const states = statesOf(operations, model);
  // Reads in the order of their calls; operations that ended before a call are included first.
  const ended = operations
    .filter(({ status }) => status === "ok")
    .toSorted((one, other) => endOf(one) - endOf(other));
  let taken = 0;
  let least = 0;
  for (const operation of operations) {
    for (; taken < ended.length; taken += 1) {
      const one = ended[taken];
      if (one === undefined || endOf(one) >= operation.call) break;
      least = Math.max(least, (placed.get(one) ?? one).order ?? 0);
    }
    if (operation.status !== "ok" || operation.order !== undefined) continue;
    const order = placeOf(operation, least, states, model);
    if (order !== undefined) placed.set(operation, { ...operation, order });
  }
}

/** A state of an object, and the place of the command that made it: an entry, and a part of 1 for its place in a run. */
type Known<State> = { readonly place: number; readonly state: State };

/** The states of an object in the order of the log. It ends where the model does not allow a step. */
function statesOf<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
): readonly Known<State>[] {
  const logged = operations
    .filter(({ order, status }) => order !== undefined && status !== "failed")
    .toSorted((one, other) => (one.order ?? 0) - (other.order ?? 0));
  const states: Known<State>[] = [{ place: 0, state: model.init }];
  for (const operation of logged) {
    const before = states.at(-1)?.state ?? model.init;
    const output = operation.status === "ok" ? operation.output : undefined;
    const state = model.step(before, operation.input, output);
    if (state === undefined) return states;
    states.push({ place: operation.order ?? 0, state });
  }
  return states;
}

function placeOf<State, Input, Output>(
  { input, output }: Operation<Input, Output> & { readonly status: "ok" },
  least: number,
  states: readonly Known<State>[],
  model: Model<State, Input, Output>,
): number | undefined {
  // The last state that existed already, and those after it.
  let at = states.findLastIndex(({ place }) => place <= least);
  for (; at < states.length; at += 1) {
    const known = states[at];
    if (known === undefined || model.step(known.state, input, output) === undefined) continue;
    const room = (states[at + 1]?.place ?? Infinity) - known.place;
    return Math.max(known.place + Math.min(AFTER_MOST, room / 2), least);
  }
  return undefined;
}

function endOf(operation: Operation<unknown, unknown>): number {
  return operation.status === "open" ? Infinity : operation.return;
}
