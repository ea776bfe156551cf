import { AssertionError, positionOf, step, type Effect, type MemoryLog } from "@kontiki/core";
import { messageOf } from "../errors.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { changesBetween, isFields, same } from "./trace-changes.ts";
import { checkLines, readTrace, TraceError, type Trace, type TracedStep } from "./trace-lines.ts";
import { toTrace } from "./trace-values.ts";

/** A value in which a trace and the core differ. */
export type TraceDifference = {
  /** The line of the step, from 2. */
  readonly line: number;
  /** The path of the value in that line: `after.role.votes`, `effects.1.message.term`. */
  readonly path: string;
  /** A sentence that says where and how. */
  readonly text: string;
};

/** The result of a replay. */
export type Replay = {
  /** How many steps were replayed, including one that differs. */
  readonly steps: number;
  /** Everything that differs at the first step with a difference; empty if there is none. */
  readonly differences: readonly TraceDifference[];
};

/**
 * Replays the steps of a trace with the core, from the trace's opening, and compares each state and each effect with
 * the recorded one. It ends at the first step that differs: later steps depend on it.
 *
 * @param lines of one trace, without line breaks.
 * @throws TraceError for an invalid line.
 */
export function replayTrace(lines: Iterable<string>): Replay {
  checkLines("replayTrace", lines);
  const replay = replaySteps(lines);
  for (;;) {
    const { done, value } = replay.next();
    if (done === true) return value;
  }
}

/**
 * As {@link replayTrace}, in slices: it yields after each step, so that a program may do other things between steps, or
 * end the replay early.
 *
 * @throws TraceError for an invalid line.
 */
export function replayingTrace(lines: Iterable<string>): Generator<void, Replay> {
  checkLines("replayingTrace", lines);
  return replaySteps(lines);
}

function* replaySteps(lines: Iterable<string>): Generator<void, Replay> {
  const trace = readTrace(lines);
  let { state } = trace;
  let steps = 0;
  for (const traced of trace.steps) {
    steps += 1;
    const done = redo(trace, state, traced);
    const differences = differencesOf(traced, done.outcome);
    if (differences.length > 0) return { steps, differences };
    for (const effect of done.effects) applyToLog(trace.env.log, effect);
    state = done.state;
    yield;
  }
  return { steps, differences: [] };
}

type Done = {
  readonly state: Trace["state"];
  readonly effects: readonly Effect<CommandBytes>[];
  readonly outcome: TracedStep["outcome"];
};

function redo({ env }: Trace, before: Trace["state"], { line, event }: TracedStep): Done {
  try {
    const { state, effects } = step(env, before, event);
    const outcome = { type: "done", ...changesBetween(before, state), effects } as const;
    return { state, effects, outcome };
  } catch (error) {
    if (!(error instanceof AssertionError))
      throw new TraceError(line, `the core cannot handle this event: ${messageOf(error)}`, {
        cause: error,
      });
    return { state: before, effects: [], outcome: { type: "failed", error: error.message } };
  }
}

/** Applies an effect to the log. Other effects do not concern it. */
function applyToLog(log: MemoryLog<CommandBytes>, effect: Effect<CommandBytes>): void {
  if (effect.type === "truncateLog") log.truncate(effect.after);
  else if (effect.type === "appendLog") log.append(effect.entries);
  else if (effect.type === "compactLog") log.compact(effect.upTo);
  else if (effect.type === "installSnapshot") log.reset(positionOf(effect.snapshot));
}

function differencesOf(
  { line, event, outcome: traced }: TracedStep,
  done: TracedStep["outcome"],
): readonly TraceDifference[] {
  const { type: _traced, ...written } = traced;
  const { type: _done, ...come } = done;
  const kind = event.type === "message" ? `${event.message.type} from ${event.from}` : event.type;
  return pathsThatDiffer(toTrace(written), toTrace(come), "").map(({ path, trace, core }) => {
    const values = `the trace has ${textOf(trace)}, the core has ${textOf(core)}`;
    return { line, path, text: `line ${line}, ${kind}: ${path}: ${values}` };
  });
}

type Differing = { readonly path: string; readonly trace: unknown; readonly core: unknown };

function pathsThatDiffer(trace: unknown, core: unknown, path: string): readonly Differing[] {
  if (same(trace, core)) return [];
  const [left, right] = [fieldsOf(trace), fieldsOf(core)];
  if (left === undefined || right === undefined) return [{ path, trace, core }];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
    pathsThatDiffer(left[key], right[key], path === "" ? key : `${path}.${key}`),
  );
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (Array.isArray(value)) return Object.fromEntries(value.entries());
  return isFields(value) && !("$base64" in value) ? value : undefined;
}

const TEXT_MAX = 120;

function textOf(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}...`;
}
