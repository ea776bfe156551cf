import { EdnKeyword, EdnSymbol } from "./edn-scalars.ts";
import { EdnTagged, type Value } from "./value.ts";

/**
 * Tags a value. The two tags that EDN itself defines get one spelling for equal values: `#inst` in UTC, `#uuid` in lower
 * case. Undefined when the value does not fit such a tag.
 */
export function tagged(tag: string, value: Value): EdnTagged | undefined {
  if (tag === "inst") {
    const moment = typeof value === "string" ? inUtc(value) : undefined;
    return moment === undefined ? undefined : new EdnTagged(tag, moment);
  }
  if (tag === "uuid") {
    if (typeof value !== "string" || !UUID.test(value)) return undefined;
    return new EdnTagged(tag, value.toLowerCase());
  }
  return new EdnTagged(tag, value);
}

/** A key of a map with a namespace, `#:ns{:a 1}`: `_` as its own namespace means none. */
export function qualified(key: Value, namespace: string): Value {
  if (!(key instanceof EdnKeyword || key instanceof EdnSymbol)) return key;
  const name = key.name.startsWith("_/")
    ? key.name.slice(2)
    : key.name.includes("/")
      ? key.name
      : `${namespace}/${key.name}`;
  return key instanceof EdnKeyword ? new EdnKeyword(name) : new EdnSymbol(name);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

// RFC 3339. As in Clojure, everything after the year is optional.
const INSTANT =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?)?)?)?(?:Z|([-+])(\d\d):(\d\d))?$/;

/** A moment in UTC without zeros at the end; undefined for none. A leap second stays one, and no digit is lost. */
function inUtc(text: string): string | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00"] = match;
  const [fraction = "", sign, offsetHours = "00", offsetMinutes = "00"] = match.slice(7);
  const local = `${year}-${month}-${day}T${hour}:${minute}`;
  const date = new Date(`${local}:00Z`);
  const isDate = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(local);
  if (!isDate || Number(second) > 60 || Number(offsetHours) > 23 || Number(offsetMinutes) > 59)
    return undefined;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -1 : 1);
  date.setUTCMinutes(date.getUTCMinutes() - offset);
  const digits = fraction.replace(/0*$/, "");
  return `${date.toISOString().replace(/:00\.000Z$/, "")}:${second}${digits === "" ? "" : `.${digits}`}Z`;
}
