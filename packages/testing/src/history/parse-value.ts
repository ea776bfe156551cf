import { checkArgument, oneOf, rule } from "@kontiki/actors/node";
import { EdnReader } from "./edn-reader.ts";
import { HistoryError } from "./history-error.ts";
import { JsonFields } from "./json-fields.ts";
import { FORMATS, type Format } from "./parse.ts";
import type { Value } from "./value.ts";

const TEXT = rule("the text of a value", (value) => typeof value === "string");

/**
 * Reads one value as the files of a format spell it: in EDN for those of Jepsen, else in JSON.
 *
 * @throws HistoryError when the text is not one value.
 */
export function parseValue(text: string, format: Format): Value {
  checkArgument("parseValue", "text", TEXT, text);
  checkArgument("parseValue", "format", oneOf(...FORMATS), format);
  return format === "jsonl" ? jsonValue(text) : ednValue(text);
}

function ednValue(text: string): Value {
  const reader = new EdnReader(text);
  const value = reader.read();
  if (reader.atEnd) return value;
  throw new HistoryError("unexpected text after the value", 1, reader.offset + 1);
}

function jsonValue(text: string): Value {
  const start = '{"value":';
  try {
    const fields = new JsonFields({ text: `${start}${text}}`, number: 1 });
    const value = fields.optionalValue("value") ?? null;
    fields.end();
    return value;
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    throw new HistoryError(error.message, 1, Math.max(1, error.column - start.length));
  }
}
