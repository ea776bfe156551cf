import { checkArgument } from "@kontiki/actors/node";
import type { Work } from "../slices.ts";
import { withClock, type Clock } from "./clock.ts";
import { makeHistory, type History, type Mark, type Operation, type TimeUnit } from "./history.ts";
import { givenHistory } from "./given-history.ts";
import { pairsRead } from "./independent.ts";
import { JsonFields } from "./json-fields.ts";
import { jsonText } from "./json-text.ts";
import { linesOf } from "./lines.ts";
import { OperationLines } from "./operation-lines.ts";
import { sequentialNames } from "./process-names.ts";
import { readingOf, type ReadingOptions } from "./reading.ts";
import type { TextParts } from "./text-parts.ts";
import type { Value, ValueRecord } from "./value.ts";

const UNITS = ["step", "ns", "us", "ms", "s"] as const satisfies readonly TimeUnit[];
const TYPES = ["history", "operation", "fault", "leader"] as const;

/**
 * Reads Kontiki's own format: one JSON object per line. Only the first line has a fixed position.
 *
 *     {"type":"history","version":1,"unit":"ms"}
 *     {"type":"operation","process":"c1","f":"write","key":"x","value":3,"call":0,"return":4.5,"status":"ok","output":null,"order":7}
 *     {"type":"operation","process":"c2","f":"read","key":"x","value":null,"call":1,"status":"open"}
 *     {"type":"fault","text":"n1 cut off","node":"n1","from":3,"to":9}
 *     {"type":"leader","node":"n2","term":4,"from":5}
 *
 * The first line is optional; without it, times are steps. It may have `initial`, the value of each object before all
 * operations. `key`, `value`, `output`, `order`, `node`, `term` and `to` are optional; a missing value is null, and so is a
 * missing output, except of a read. Only "ok" and "failed" have `return`, and it must not be before `call`. Any other field
 * is an error, so that a typo cannot change a verdict.
 *
 * A process runs one operation at a time, so one that never returned is its last. When an operation returns at the time of
 * another's call, they are concurrent, because only a clock that is too coarse can give both the same time; but not if both
 * are of one process: then their order is certain. With the same call and return it is that of their lines.
 */
export function* parseJsonl(text: TextParts, options: ReadingOptions = {}): Work<History> {
  return yield* withClock((clock) => readBy(clock, text, options));
}

function* readBy(clock: Clock, text: TextParts, options: ReadingOptions): Work<History> {
  const read = new OperationLines(options, clock);
  const marks: Mark[] = [];
  let header: Header = { unit: "step" };
  let isFirst = true;
  for (const line of linesOf(text)) {
    const fields = new JsonFields(line);
    const type = fields.oneOf("type", TYPES);
    if (type === "operation") read.add(fields, line.number);
    else if (type !== "history")
      marks.push(type === "fault" ? faultOf(fields, clock) : leaderOf(fields, clock));
    else if (isFirst) header = headerOf(fields);
    else throw fields.error("type", '"history" is only allowed in the first line');
    fields.end();
    isFirst = false;
    yield;
  }
  const operations = read.operations();
  const { unit, initial } = header;
  const given = pairsRead(options, operations);
  const reading = readingOf(initial === undefined ? given : { initial, ...given });
  return makeHistory(operations, { marks, unit, ...(reading === undefined ? {} : { reading }) });
}

type Header = { readonly unit: TimeUnit; readonly initial?: Value };

function headerOf(fields: JsonFields): Header {
  if (fields.number("version") !== 1) throw fields.error("version", "only version 1 is supported");
  const unit = fields.oneOf("unit", UNITS);
  const initial = fields.optionalValue("initial");
  return initial === undefined ? { unit } : { unit, initial };
}

function faultOf(fields: JsonFields, clock: Clock): Mark {
  const node = fields.optionalText("node");
  const text = fields.text("text");
  return { type: "fault", text, ...spanOf(fields, clock), ...(node === undefined ? {} : { node }) };
}

function leaderOf(fields: JsonFields, clock: Clock): Mark {
  const term = fields.optionalNumber("term");
  const node = fields.text("node");
  return {
    type: "leader",
    node,
    ...spanOf(fields, clock),
    ...(term === undefined ? {} : { term }),
  };
}

function spanOf(fields: JsonFields, clock: Clock): { readonly from: number; readonly to?: number } {
  const from = fields.time("from", clock);
  const to = fields.optionalTime("to", clock);
  if (to === undefined) return { from };
  if (to < from) throw fields.error("to", `"to" ${to} is before "from" ${from}`);
  return { from, to };
}

/**
 * Writes a history in the format "jsonl", one line at a time, without newlines.
 *
 * A process of the format runs one operation at a time. Where the operations of a client overlap or touch, some get
 * another name, such as `c1 (2)` for c1.
 *
 * @throws TypeError when JSON has no such value, for example a keyword.
 */
export function jsonlLines(history: History): Generator<string, void, void> {
  checkArgument("jsonlLines", "history", givenHistory, history);
  return linesIn(history);
}

function* linesIn({ operations, marks, unit, reading }: History): Generator<string, void, void> {
  const initial = reading?.initial;
  const header = { type: "history", version: 1, unit };
  yield jsonText(initial === undefined ? header : { ...header, initial });
  for (const mark of marks) yield JSON.stringify(mark);
  const names = sequentialNames(operations);
  for (const [at, operation] of operations.entries())
    yield jsonText(lineOf(operation, names[at] ?? operation.process));
}

/** What a file has of an operation: no place in a file, and no value that was missing in another one. */
function lineOf(
  { input, turn: _turn, line: _line, endLine: _endLine, ...rest }: Operation,
  process: string,
): ValueRecord {
  const { lacksValue, value, ...call } = input;
  const argument = lacksValue === true ? {} : { value };
  return { type: "operation", ...call, ...argument, ...rest, process };
}
