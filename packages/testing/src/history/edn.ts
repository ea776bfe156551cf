import type { Work } from "../slices.ts";
import { EdnReader, type Edn } from "./edn-reader.ts";
import { isKeyword, nameOf, valueOf } from "./edn-value.ts";
import { EventBuilder } from "./event-builder.ts";
import type { JepsenEvent } from "./jepsen-event.ts";
import type { History } from "./history.ts";
import { errorAt } from "./error-at.ts";
import type { ReadingOptions } from "./reading.ts";
import { wholeText, type TextParts } from "./text-parts.ts";

const TYPES: readonly string[] = ["invoke", "ok", "fail", "info"] satisfies JepsenEvent["type"][];

/**
 * Reads a Jepsen history in EDN: maps with `:process`, `:type`, `:f`, `:value`, and optionally `:key`, `:index`,
 * `:time` (nanoseconds) and `:error`. The maps follow each other or are in one vector.
 */
export function* parseEdn(parts: TextParts, options: ReadingOptions = {}): Work<History> {
  const text = wholeText(parts);
  const builder = new EventBuilder<number>(options, (offset, problem) =>
    errorAt(text, offset, problem),
  );
  const reader = new EdnReader(text);
  const isVector = reader.takes("[");
  while (isVector ? !reader.takes("]") : !reader.atEnd) {
    const offset = reader.offset;
    const event = eventOf(reader.read());
    if (typeof event === "string") throw errorAt(text, offset, event);
    builder.add(event, offset);
    yield;
  }
  if (!reader.atEnd)
    throw errorAt(text, reader.offset, "unexpected text after the vector of events");
  return yield* builder.building();
}

/** The event in a map, or what is wrong with the map. */
function eventOf(form: Edn): JepsenEvent | string {
  if (typeof form !== "object" || form === null || form.type !== "map") {
    return "not a map such as {:process 0, :type :invoke, :f :read, :value nil}";
  }
  const fields = new Map(form.entries.map(([name, value]) => [nameOf(name), value]));
  const process = fields.get("process") ?? null;
  const type = nameOf(fields.get("type") ?? null);
  const f = fields.get("f") ?? null;
  if (process === null) return "an event without :process";
  if (!TYPES.includes(type)) return ":type must be one of :invoke, :ok, :fail, :info";
  if (f === null) return "an event without :f";
  const time = fields.get("time");
  if (time !== undefined && typeof time !== "number") return ":time is not a number";
  const index = fields.get("index") ?? undefined;
  if (index !== undefined && typeof index !== "number") return ":index is not a number";
  const key = fields.get("key");
  const value = fields.get("value") ?? null;
  return {
    process: nameOf(process),
    type: type as JepsenEvent["type"],
    f: nameOf(f),
    ...(key === undefined ? {} : { key: valueOf(key) }),
    value: valueOf(value),
    lacksValue: !fields.has("value"),
    hasReason: isKeyword(value) || (fields.get("error") ?? null) !== null,
    ...(index === undefined ? {} : { index }),
    time,
  };
}
