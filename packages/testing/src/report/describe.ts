import { checkedText } from "../check/checked-results.ts";
import type { Model } from "../check/model.ts";
import { callModel, operationText } from "../check/model-error.ts";
import { outputOf } from "../check/output-of.ts";
import type { History, Operation, TimeUnit } from "../history/history.ts";
import { UnreadCall } from "../check/unread-call.ts";
import type { Cost, Unknown } from "../check/verdict.ts";
import { shownTimes } from "./times.ts";

/** An operation as text. */
export function describeOperation<State, Input, Output>(
  model: Model<State, Input, Output>,
  operation: Operation<Input, Output>,
): string {
  const output = outputOf(operation);
  const { input } = operation;
  const about = (): string => `describe, for ${operationText(model, input, output)}`;
  const what =
    input instanceof UnreadCall
      ? input.text
      : callModel(model, about, () => checkedText(model.describe(input, output)));
  switch (operation.status) {
    case "ok":
      return what;
    case "failed":
      return `${what} (failed)`;
    case "open":
      return `${what} (never returned)`;
  }
}

/** A time with its unit: `12 ms`, or `step 12` for steps. */
export function timeText(time: number, unit: TimeUnit): string {
  return unit === "step" ? `step ${time}` : `${time} ${unit}`;
}

/** When an operation was called and returned. */
export function spanText(
  operation: Operation<unknown, unknown>,
  history: Pick<History<unknown, unknown>, "unit" | "clock">,
): string {
  const { unit, at } = shownTimes(history);
  const call = at(operation.call);
  if (operation.status === "open") return `${timeText(call, unit)} on`;
  const end = at(operation.return);
  return unit === "step" ? `steps ${call} to ${end}` : `${call} to ${end} ${unit}`;
}

/** `1 operation`, `2 operations`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The number of operations of a history, and how they ended. */
export function sizeText({ operations }: History<unknown, unknown>): string {
  const of = (status: Operation["status"]): number =>
    operations.filter((operation) => operation.status === status).length;
  const [open, failed] = [of("open"), of("failed")];
  const details = [
    ...(open > 0 ? [`${open} never returned`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  const all = count(operations.length, "operation");
  return details.length === 0 ? all : `${all} (${details.join(", ")})`;
}

/** Why there is no verdict. */
export function whyText(why: Unknown["why"]): string {
  switch (why) {
    case "time":
      return "the time limit was reached";
    case "memory":
      return "the memory limit was reached";
    case "interrupted":
      return "it was interrupted";
  }
}

/** The cost of a check. */
export function costText({ elapsedMs, steps, configurations }: Cost): string {
  const time =
    elapsedMs < 1000 ? `${Math.round(elapsedMs)} ms` : `${(elapsedMs / 1000).toFixed(1)} s`;
  return `${time}, ${count(steps, "step")}, ${count(configurations, "configuration")}`;
}
