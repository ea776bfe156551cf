import type { Work } from "../slices.ts";
import { EdnReader } from "./edn-reader.ts";
import { EdnKeyword } from "./edn-scalars.ts";
import { EventBuilder } from "./event-builder.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import type { History } from "./history.ts";
import { HistoryError } from "./history-error.ts";
import { linesOf } from "./lines.ts";
import { isNemesis } from "./nemesis.ts";
import type { ReadingOptions } from "./reading.ts";
import type { TextParts } from "./text-parts.ts";

/** What Jepsen's logger writes before an event: its own name, and in newer versions also the worker's name. */
const LOGGER = /(?<=^|\s)jepsen\.util(?=[\s:]|$)(?::|\s+-)?\s*/;
/** A line of a stack trace, or the field of another logger and its dash. */
const OTHER_LOGGER = /^\s+at\s|(?:^|\s)[\w-]+(?:\.[\w-]+)+\s+-\s/;
const EVENT = /^(\S+)\s+:(invoke|ok|fail|info)\s+:(\S+)(?:\s+|$)/;

/** An event in what follows the head of another one: two lines became one. */
const ANOTHER_EVENT =
  /jepsen\.util\b.*\s:(?:invoke|ok|fail|info)\s+:\S|(?:^|\s)\d+\s+:(?:invoke|ok|fail|info)\s+:\S/;
const TWO_EVENTS = "more than one event in a line, or text after the value";

type Place = { readonly line: number; readonly column: number };

/**
 * Reads the log of a Jepsen test: `INFO jepsen.util - PROCESS :invoke|:ok|:fail|:info :F VALUE [ERROR]`,
 * the value in EDN.
 *
 * It skips lines of other loggers. A line of `jepsen.util` that is not an event is an error: a history with a missing
 * event could get a wrong verdict.
 */
export function* parseJepsen(text: TextParts, options: ReadingOptions = {}): Work<History> {
  const builder = new EventBuilder<Place>(
    options,
    ({ line, column }, problem) => new HistoryError(problem, line, column),
  );
  let events = 0;
  for (const { text: line, number } of linesOf(text)) {
    const column = columnIn(line);
    if (column !== undefined) {
      builder.add(eventOf(line, number, column), { line: number, column: column + 1 });
      events += 1;
    }
    yield;
  }
  if (events === 0) throw new HistoryError("the file has no event of jepsen.util", 1, 1);
  return yield* builder.building();
}

/** Where what `jepsen.util` logs begins in a line; undefined in a line of another logger. */
function columnIn(line: string): number | undefined {
  const logger = LOGGER.exec(line);
  if (logger === null || OTHER_LOGGER.test(line.slice(0, logger.index))) return undefined;
  return logger.index + logger[0].length;
}

/** Whether a text has a line that only the log of a Jepsen test has. */
export function hasLoggedEvent(text: string): boolean {
  for (const { text: line } of linesOf(text)) {
    const column = columnIn(line);
    // A line that begins with a bracket is of a file that holds a log's line as a value.
    if (column !== undefined && !/^\s*[{[(]/.test(line) && EVENT.test(line.slice(column)))
      return true;
  }
  return false;
}

function eventOf(line: string, number: number, column: number): JepsenEvent {
  const match = EVENT.exec(line.slice(column));
  const judged = match !== null && isJudged(match);
  if (match === null || (judged && match[0].length === line.length - column)) {
    const message = "not an event: expected PROCESS :invoke|:ok|:fail|:info :FUNCTION VALUE";
    throw new HistoryError(message, number, column + 1);
  }
  const [head, process = "", type = "", f = ""] = match;
  const reader = new EdnReader(line, column + head.length);
  const event = { process, type: type as JepsenEvent["type"], f, time: undefined };
  if (!judged && ANOTHER_EVENT.test(line.slice(column + head.length)))
    throw new HistoryError(TWO_EVENTS, number, column + 1);
  // The nemesis writes any text as its value, and none of it constrains an operation.
  if (isNemesis(process)) return { ...event, value: null, hasReason: false };
  try {
    if (!judged && reader.atEnd) return { ...event, value: null, hasReason: false };
    const value = reader.read();
    const after = reader.offset;
    // One form may follow the value: a reason.
    if (judged && !reader.atEnd) {
      reader.read();
      if (!reader.atEnd) throw new HistoryError(TWO_EVENTS, number, after + 1);
    }
    // A reason is in place of the value, or after it.
    return {
      ...event,
      value,
      hasReason: value instanceof EdnKeyword || after < line.trimEnd().length,
    };
  } catch (error) {
    // What an operation without an answer writes is a reason, in any spelling.
    if (error instanceof HistoryError && !judged) return { ...event, value: null, hasReason: true };
    if (error instanceof HistoryError) throw new HistoryError(error.message, number, error.column);
    throw error;
  }
}

/** Whether a model may see the value of an event: not of the nemesis, and not in place of an answer. */
function isJudged([, process = "", type]: readonly string[]): boolean {
  return !isNemesis(process) && (type === "invoke" || type === "ok");
}
