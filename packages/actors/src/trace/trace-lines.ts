import {
  isNodeId,
  makeConfig,
  membershipOf,
  type Effect,
  type Env,
  type Event,
  type MemoryLog,
  type State,
} from "@kontiki/core";
import { checkArgument } from "../options/argument.ts";
import { rule } from "../options/rules.ts";
import { KontikiError, messageOf } from "../errors.ts";
import type { CommandBytes } from "../storage/storage.ts";
import { isFields, same, type Changes, type Fields } from "./trace-changes.ts";
import { fromTrace } from "./trace-values.ts";
import { begin, TRACE_FORMAT, type TraceOpening } from "./trace.ts";

/** An invalid line of a trace. */
export class TraceError extends KontikiError {
  override readonly name = "TraceError";
  /** The line, from 1. */
  readonly line: number;

  /** A problem with a line. */
  constructor(line: number, problem: string, options?: ErrorOptions) {
    super(`line ${line}: ${problem}`, options);
    this.line = line;
  }
}

/** A step as it was recorded. */
export type TracedStep = {
  /** Its line in the trace, from 2. */
  readonly line: number;
  /** What happened. */
  readonly event: Event<CommandBytes>;
  /** The result; or the core's error, and then it is the last step. */
  readonly outcome:
    | (Changes & { readonly type: "done"; readonly effects: readonly Effect<CommandBytes>[] })
    | { readonly type: "failed"; readonly error: string };
};

/** A trace: its opening, and its steps, which are read lazily and only once. */
export type Trace = {
  /** What the node was started with. */
  readonly opening: TraceOpening;
  /** The core's environment, with the log as recovered. */
  readonly env: Env<CommandBytes> & { readonly log: MemoryLog<CommandBytes> };
  /** The state before the first step. */
  readonly state: State;
  /** @throws TraceError at the first invalid line. */
  readonly steps: Iterable<TracedStep>;
};

/** A text is iterable, too: by its characters. */
const LINES = rule(
  "the lines of a trace, such as readTraceFile(path)",
  (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
);

/** Checks what is given as the lines of a trace. @throws KontikiError */
export function checkLines(where: string, lines: Iterable<string>): void {
  checkArgument(where, "lines", LINES, lines);
}

/**
 * Reads a trace, line by line.
 *
 * @throws TraceError if it does not begin like one, KontikiError if it is no list of lines.
 */
export function readTrace(lines: Iterable<string>): Trace {
  checkLines("readTrace", lines);
  const iterator = lines[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true) throw new TraceError(1, "there is no line that opens a trace");
  const value = valueOf(first.value, 1);
  const opening = openingFrom(value);
  try {
    makeConfig(opening.config);
    const begun = begin(opening);
    if (!same(membershipOf(begun.env, begun.state), value.membership))
      throw new Error("the membership is not the one of its config, snapshot and log");
    return { opening, ...begun, steps: stepsOf(iterator) };
  } catch (error) {
    throw new TraceError(1, `no node can start from this: ${messageOf(error)}`, { cause: error });
  }
}

function* stepsOf(lines: Iterator<string>): Generator<TracedStep> {
  let line = 2;
  let ended = false;
  for (let next = lines.next(); next.done !== true; next = lines.next()) {
    if (ended) throw new TraceError(line, "no line may follow an event that the core failed on");
    const step = stepFrom(valueOf(next.value, line), line);
    ended = step.outcome.type === "failed";
    yield step;
    line += 1;
  }
}

function valueOf(text: string, line: number): Fields {
  let value: unknown;
  try {
    value = fromTrace(JSON.parse(text));
  } catch (error) {
    throw new TraceError(line, `it cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (!isFields(value)) throw new TraceError(line, "it is not an object");
  return value;
}

function openingFrom(value: Fields): TraceOpening {
  const { format, config, node, uid } = value;
  if (format !== TRACE_FORMAT)
    throw new TraceError(
      1,
      format === undefined
        ? "it does not open a trace: it has no format"
        : `it is a trace of format ${JSON.stringify(format)}, and this version reads ${TRACE_FORMAT}`,
    );
  const hasParts = isFields(config) && isFields(value.hard) && isFields(value.base);
  if (!hasParts || !Array.isArray(value.entries) || !Array.isArray(config.voters))
    throw new TraceError(1, "what opens a trace has a config, a hard state, and a log");
  if (!isNodeId(config.id) || config.id !== node || config.uid !== uid)
    throw new TraceError(1, "a trace is of the node in its config");
  return value as unknown as TraceOpening;
}

const EVENTS: Readonly<Record<Event<unknown>["type"], true>> = {
  message: true,
  electionTimeout: true,
  leaderSilent: true,
  heartbeatTimeout: true,
  propose: true,
  read: true,
  changeMembership: true,
  transfer: true,
  peerDown: true,
  replicate: true,
  durable: true,
  snapshotTaken: true,
  snapshotReceived: true,
  snapshotBroken: true,
  snapshotGone: true,
  compact: true,
};

function stepFrom(value: Fields, line: number): TracedStep {
  const { event, before, after, effects, error } = value;
  if (!isFields(event)) throw new TraceError(line, "a step has an event");
  if (typeof event.type !== "string" || !Object.hasOwn(EVENTS, event.type))
    throw new TraceError(line, `there is no event ${JSON.stringify(event.type)}`);
  const happened = event as Event<CommandBytes>;
  if (typeof error === "string")
    return { line, event: happened, outcome: { type: "failed", error } };
  if (!isFields(before) || !isFields(after) || !Array.isArray(effects) || !effects.every(isFields))
    throw new TraceError(line, "a step has what changed before and after, and effects");
  const done = { type: "done", before, after, effects: effects as Effect<CommandBytes>[] } as const;
  return { line, event: happened, outcome: done };
}
