import { decimalText, EdnDecimal, EdnValue } from "./edn-scalars.ts";
import { jsonNumber } from "./numbers.ts";
import { canonical, isList, type Value } from "./value.ts";

/** Writes a value as JSON that reads back as an equal value. @throws TypeError when JSON has none. */
export function jsonText(value: Value): string {
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`;
  switch (typeof value) {
    case "bigint":
      return checked(String(value), value);
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : refused(value);
    case "object":
      if (value === null) return "null";
      if (value instanceof EdnDecimal) return checked(decimalText(value), value);
      if (value instanceof EdnValue) return refused(value);
      return `{${Object.entries(value)
        // As in JSON.stringify, a field that is undefined is a field that is left out.
        .filter(([, inner]) => inner !== undefined)
        .map(([name, inner]) => `${JSON.stringify(name)}:${jsonText(inner)}`)
        .join(",")}}`;
    default:
      return JSON.stringify(value);
  }
}

/** A number that JSON would read as another type, such as EDN's `1.5M`, which is not the float 1.5, is refused. */
function checked(literal: string, value: Value): string {
  const back = jsonNumber(literal);
  return typeof back === "object" && "problem" in back
    ? refused(value)
    : canonical(back) === canonical(value)
      ? literal
      : refused(value);
}

function refused(value: Value): never {
  throw new TypeError(`JSON has no value ${canonical(value)}`);
}
