import { checkArgument } from "@kontiki/actors/node";
import type { Work } from "../slices.ts";
import { withClock, type Clock } from "./clock.ts";
import { makeHistory, type History, type Mark, type Operation, type TimeUnit } from "./history.ts";
import { givenHistory } from "./given-history.ts";
import { JsonFields } from "./json-fields.ts";
import { jsonText } from "./json-text.ts";
import { linesOf } from "./lines.ts";

const UNITS = ["step", "ns", "us", "ms", "s"] as const satisfies readonly TimeUnit[];
const STATUSES = ["ok", "failed", "open"] as const satisfies readonly Operation["status"][];
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
 * The first line is optional; without it, times are steps. `key`, `value`, `output`, `order`, `node`, `term` and `to` are
 * optional; a missing value or output is null. Only "ok" and "failed" have `return`, and it must not be before `call`.
 * Any other field is an error, so that a typo cannot change a verdict.
 */
export function* parseJsonl(text: string): Work<History> {
  return yield* withClock((clock) => readBy(clock, text));
}

function* readBy(clock: Clock, text: string): Work<History> {
  const operations: Operation[] = [];
  const marks: Mark[] = [];
  let unit: TimeUnit = "step";
  let isFirst = true;
  for (const line of linesOf(text)) {
    const fields = new JsonFields(line);
    const type = fields.oneOf("type", TYPES);
    if (type === "operation") operations.push(operationOf(fields, clock));
    else if (type !== "history")
      marks.push(type === "fault" ? faultOf(fields, clock) : leaderOf(fields, clock));
    else if (isFirst) unit = headerOf(fields);
    else throw fields.error("type", '"history" is only allowed in the first line');
    fields.end();
    isFirst = false;
    yield;
  }
  return makeHistory(operations, { marks, unit });
}

function headerOf(fields: JsonFields): TimeUnit {
  if (fields.number("version") !== 1) throw fields.error("version", "only version 1 is supported");
  return fields.oneOf("unit", UNITS);
}

function operationOf(fields: JsonFields, clock: Clock): Operation {
  const key = fields.optionalValue("key");
  const f = fields.text("f");
  const value = fields.optionalValue("value") ?? null;
  const input = key === undefined ? { f, value } : { f, key, value };
  const order = fields.optionalNumber("order");
  const process = fields.text("process");
  const call = fields.time("call", clock);
  const common = order === undefined ? { process, call, input } : { process, call, input, order };
  const status = fields.oneOf("status", STATUSES);
  if (status === "open") return { ...common, status };
  const end = fields.time("return", clock);
  if (end < call) throw fields.error("return", `"return" ${end} is before "call" ${call}`);
  if (status === "failed") return { ...common, status, return: end };
  return { ...common, status, return: end, output: fields.optionalValue("output") ?? null };
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
 * @throws TypeError when JSON has no such value, for example a keyword.
 */
export function jsonlLines(history: History): Generator<string, void, void> {
  checkArgument("jsonlLines", "history", givenHistory, history);
  return linesIn(history);
}

function* linesIn({ operations, marks, unit }: History): Generator<string, void, void> {
  yield JSON.stringify({ type: "history", version: 1, unit });
  for (const mark of marks) yield JSON.stringify(mark);
  for (const { input, ...operation } of operations) {
    yield jsonText({ type: "operation", ...input, ...operation });
  }
}
