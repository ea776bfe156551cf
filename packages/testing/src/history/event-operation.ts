import type { Ending, Operation } from "./history.ts";
import { keyedProblem, keyedValue } from "./independent.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import type { ReadingOptions } from "./reading.ts";
import { canonical, isList, sameValue, type Value } from "./value.ts";

/** An event with its places in the history and in the file. */
export type SteppedEvent = {
  readonly event: JepsenEvent;
  readonly step: number;
  /** Its line in the file. */
  readonly line: number;
};

/** Functions whose answer is a value: an `:ok` without one is no answer. */
export const ASKING: readonly string[] = ["read", "get", "dequeue", "contains"];

/** The names of a compare-and-set. */
const CAS: readonly string[] = ["cas", "compareAndSet"];

/** Functions that may answer whether they changed something. */
const ANSWERING: readonly string[] = [...CAS, "add", "remove"];

/** Functions whose `:ok` repeats the argument of the call, or gives it when the call had none. */
const REPEATING: readonly string[] = [...ANSWERING, "write", "put", "append", "enqueue"];

/** Functions that are nothing without an argument. */
export const ARGUED: readonly string[] = [...REPEATING, "contains"];

/** Whether an `:ok` gives the argument of a call that had none. */
export function fillsArgument(
  call: JepsenEvent,
  end: JepsenEvent,
  options: ReadingOptions,
): boolean {
  if (end.type !== "ok" || !REPEATING.includes(end.f)) return false;
  return partsOf(call, options).value === null && partsOf(end, options).value !== null;
}

/** Whether a call has nil where its function has an argument. */
export function hasNoArgument(call: JepsenEvent, options: ReadingOptions): boolean {
  return REPEATING.includes(call.f) && partsOf(call, options).value === null;
}

/** What is wrong with the end of an operation; undefined if nothing is. */
export function endProblem(
  call: JepsenEvent,
  end: JepsenEvent,
  { independent, unknownReads }: ReadingOptions,
): string | undefined {
  const { process, f, type, value } = end;
  if (call.f !== f) return `process ${process} ends :${f}, but it had started :${call.f}`;
  if (end.key !== undefined && (call.key === undefined || !sameValue(end.key, call.key))) {
    const started = call.key === undefined ? "no key" : `the key ${canonical(call.key)}`;
    return `process ${process} ends :${f} of the key ${canonical(end.key)}, but it had started it with ${started}`;
  }
  if (type !== "ok") return undefined;
  if (end.lacksValue === true && unknownReads !== true && ASKING.includes(f))
    return `:${f} ended :ok without a :value`;
  if (independent !== true) return argumentProblem(f, call.value, value, process);
  // An answer that was not recorded has no key either.
  if (value === null && unknownReads === true && ASKING.includes(f)) return undefined;
  const asked = keyedValue(call.value);
  const key = asked?.key ?? null;
  const keyed = keyedValue(value);
  if (keyed === undefined || !sameValue(keyed.key, key)) return keyedProblem(value, key);
  return argumentProblem(f, asked?.value ?? null, keyed.value, process);
}

/** What is wrong with the value of an `:ok` that repeats the argument of its call. Only one of them can be the argument. */
function argumentProblem(f: string, asked: Value, got: Value, process: string): string | undefined {
  if (!REPEATING.includes(f) || asked === null || got === null || sameValue(asked, got))
    return undefined;
  if (isAnswer(f, asked, got)) return undefined;
  return `process ${process} ends :${f} with the value ${canonical(got)}, but it had started it with ${canonical(asked)}`;
}

/** Whether the value of an `:ok` is a result, and not the argument again. */
function isAnswer(f: string, asked: Value, got: Value): boolean {
  if (f === "append") return typeof asked === "string" && typeof got === "number";
  return ANSWERING.includes(f) && typeof got === "boolean" && typeof asked !== "boolean";
}

/**
 * The operation of a call and its end; without an end it is open. `isUnknown` says that what it asked for is not known.
 *
 * `:fail` means that the operation did not happen, whatever it was. With `failedCas: "observed"`, a compare-and-set that
 * failed without a reason found another value, which is an answer and constrains the value.
 */
export function operationOf(
  call: SteppedEvent,
  end: SteppedEvent | undefined,
  options: ReadingOptions,
  isUnknown = false,
): Operation {
  const { process, f } = call.event;
  const { key, value: asked } = partsOf(call.event, options);
  const value = asked ?? argumentOf(end, options);
  const isMissing = call.event.lacksValue === true && value === null && ARGUED.includes(f);
  const lacksValue = isMissing || isUnknown;
  const input = {
    f,
    ...(key === undefined ? {} : { key }),
    value,
    ...(lacksValue ? { lacksValue } : {}),
  };
  const { step, line } = call;
  const lines = end === undefined ? { line } : { line, endLine: end.line };
  return { process, call: step, input, ...lines, ...endingOf(end, options) };
}

/** The argument that an `:ok` gives for a call that had none, as in a test whose client chooses the value. */
function argumentOf(end: SteppedEvent | undefined, options: ReadingOptions): Value {
  if (end?.event.type !== "ok" || !REPEATING.includes(end.event.f)) return null;
  return partsOf(end.event, options).value;
}

function endingOf(end: SteppedEvent | undefined, options: ReadingOptions): Ending<Value> {
  if (end === undefined) return { status: "open" };
  const { type, f, hasReason } = end.event;
  const { value } = partsOf(end.event, options);
  const at = { return: end.step };
  if (type === "ok")
    return { status: "ok", ...at, output: CAS.includes(f) ? matched(value) : value };
  const hasLooked =
    options.failedCas === "observed" &&
    CAS.includes(f) &&
    !hasReason &&
    (value === null || isList(value));
  return hasLooked ? { status: "ok", ...at, output: false } : { status: "failed", ...at };
}

/** Whether a compare-and-set that ended `:ok` matched. Jepsen repeats the pair; other clients give the answer. */
function matched(value: Value): boolean {
  return typeof value === "boolean" ? value : true;
}

/** The key and the value of an event. */
function partsOf(
  { key, value }: JepsenEvent,
  { independent }: ReadingOptions,
): { readonly key?: Value; readonly value: Value } {
  if (independent === true) return keyedValue(value) ?? { value };
  return key === undefined ? { value } : { key, value };
}
