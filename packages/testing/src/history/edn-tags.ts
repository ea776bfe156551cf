import { EdnKeyword, EdnSymbol } from "./edn-scalars.ts";
import { instantInUtc } from "./instant.ts";
import { EdnTagged, type Value } from "./value.ts";

/**
 * Tags a value. The two tags that EDN itself defines get one spelling for equal values: `#inst` in UTC, `#uuid` in lower
 * case. Undefined when the value does not fit such a tag.
 */
export function tagged(tag: string, value: Value): EdnTagged | undefined {
  if (tag === "inst") {
    const moment = typeof value === "string" ? instantInUtc(value) : undefined;
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
