import type { Work } from "../slices.ts";
import { withClock, type Clock } from "./clock.ts";
import { EdnReader, type Entries } from "./edn-reader.ts";
import { EdnKeyword, EdnSymbol } from "./edn-scalars.ts";
import { errorAt, LineNumbers } from "./error-at.ts";
import { EventBuilder } from "./event-builder.ts";
import { HistoryError } from "./history-error.ts";
import type { History } from "./history.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import { isNemesis } from "./nemesis.ts";
import type { ReadingOptions } from "./reading.ts";
import { wholeText, type TextParts } from "./text-parts.ts";
import { canonical, type Value } from "./value.ts";

/** The fields of an event that mean something here. */
const FIELDS = ["process", "type", "f", "value", "key", "index", "time", "error"] as const;

const TYPES: readonly string[] = ["invoke", "ok", "fail", "info"] satisfies JepsenEvent["type"][];

/**
 * Reads a Jepsen history in EDN: maps with `:process`, `:type`, `:f`, `:value`, and optionally `:key`, `:index`, `:time`
 * (nanoseconds) and `:error`. The maps follow each other or are in one vector or list, and may be records, such as
 * `#jepsen.history.Op{...}`.
 */
export function* parseEdn(parts: TextParts, options: ReadingOptions = {}): Work<History> {
  const text = wholeText(parts);
  return yield* withClock((clock) => readBy(clock, text, options));
}

type Place = { readonly offset: number; readonly line: number };

function* readBy(clock: Clock, text: string, options: ReadingOptions): Work<History> {
  const builder = new EventBuilder<Place>(options, ({ offset }, problem) =>
    errorAt(text, offset, problem),
  );
  const lines = new LineNumbers(text);
  const reader = new EdnReader(text);
  const closing = openedBy(reader);
  while (closing === undefined ? !reader.atEnd : !reader.takes(closing)) {
    const offset = reader.offset;
    const event = eventOf(reader.readEntries(), clock);
    if (typeof event === "string") throw errorAt(text, offset, event);
    builder.add(event, { offset, line: lines.of(offset) });
    yield;
  }
  if (!reader.atEnd)
    throw errorAt(text, reader.offset, "unexpected text after the vector of events");
  return yield* builder.building();
}

/** Enters the vector or list that holds all events. @returns its closing bracket; undefined when there is none. */
function openedBy(reader: EdnReader): "]" | ")" | undefined {
  // Labels without a bracket belong to the first event, which is read without them anyway.
  reader.skipLabels();
  if (reader.takes("[")) return "]";
  return reader.takes("(") ? ")" : undefined;
}

/**
 * Whether a text begins as a history in EDN does: with a map, perhaps in a vector or list. `withEvent` also asks for the field
 * that every event has.
 */
export function startsAsEdn(text: string, withEvent = false): boolean {
  const reader = new EdnReader(text);
  try {
    openedBy(reader);
    if (!withEvent || !reader.startsMap) return reader.startsMap;
    return [...(reader.readEntries()?.keys() ?? [])].some((name) => /^:(.+\/)?process$/.test(name));
  } catch (error) {
    if (error instanceof HistoryError) return false;
    throw error;
  }
}

/** The event in a map, or what is wrong with the map. */
function eventOf(entries: Entries | undefined, clock: Clock): JepsenEvent | string {
  if (entries === undefined) {
    return "not a map such as {:process 0, :type :invoke, :f :read, :value nil}";
  }
  const prefix = prefixOf(entries);
  const stray = prefix === ":" ? undefined : FIELDS.find((name) => entries.has(`:${name}`));
  if (stray !== undefined)
    return `:${stray} is not in the namespace of the event, as ${prefix}${stray} would be`;
  const fieldOf = (name: string): Value | undefined => {
    const [, value, problem] = entries.get(prefix + name) ?? [];
    if (problem !== undefined) throw problem;
    return value;
  };
  const field = (name: string): Value => fieldOf(name) ?? null;
  const process = field("process");
  if (process === null) return "an event without :process";
  const type = wordOf(field("type")) ?? "";
  if (!TYPES.includes(type)) return ":type must be one of :invoke, :ok, :fail, :info";
  if (field("f") === null) return "an event without :f";
  const f = wordOf(field("f"));
  if (f === undefined) return ":f is not a name such as :read";
  const index = givenOf(fieldOf("index"));
  if (index !== undefined && typeof index !== "bigint" && !Number.isSafeInteger(index))
    return ":index is not a whole number";
  const written = givenOf(fieldOf("time"));
  const time = written === undefined ? undefined : clock.read(written);
  if (typeof time === "string") return `:time ${time}`;
  return {
    process: canonical(process),
    type: type as JepsenEvent["type"],
    f,
    ...contentOf(entries, prefix, isJudged(process, type)),
    ...(typeof index === "number" || typeof index === "bigint" ? { index } : {}),
    time,
  };
}

/** A count that an event has. Jepsen writes nil or -1 in an event that has none. */
function givenOf(written: Value | undefined): Value | undefined {
  return written === null || written === -1 ? undefined : written;
}

/** The value of an event with what belongs to it. Only a judged one must be kept exactly. */
function contentOf(
  entries: Entries,
  prefix: string,
  judged: boolean,
): Pick<JepsenEvent, "key" | "value" | "lacksValue" | "hasReason"> {
  const [, key, badKey] = entries.get(`${prefix}key`) ?? [];
  const [, value = null, badValue] = entries.get(`${prefix}value`) ?? [];
  const problem = badKey ?? badValue;
  if (judged && problem !== undefined) throw problem;
  const [, error = null, badError] = entries.get(`${prefix}error`) ?? [];
  const hasReason = value instanceof EdnKeyword || error !== null || badError !== undefined;
  const lacksValue = !entries.has(`${prefix}value`);
  const content = { value, lacksValue, hasReason };
  return key === undefined ? content : { key, ...content };
}

/** Whether a model may see the value of an event: not of the nemesis, and not in place of an answer. */
function isJudged(process: Value, type: string): boolean {
  return !isNemesis(canonical(process)) && (type === "invoke" || type === "ok");
}

/** What the fields of an event begin with: the colon, and the namespace when the whole map is in one, `#:op{...}`. */
function prefixOf(entries: Entries): string {
  if (entries.has(":process")) return ":";
  const qualified = [...entries.keys()].filter((name) => /^:[^/]+\/process$/.test(name));
  return qualified.length === 1 ? (qualified[0] ?? "").replace(/process$/, "") : ":";
}

/** The letters of a keyword, a symbol or a string. */
function wordOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof EdnKeyword || value instanceof EdnSymbol ? value.name : undefined;
}
