import type { Edn } from "./edn-reader.ts";
import { canonical, type Value } from "./value.ts";

/** Converts a form to plain data. Keywords keep their colon and symbols get a quote, so that neither equals a string. */
export function valueOf(form: Edn): Value {
  if (typeof form !== "object" || form === null) return form;
  switch (form.type) {
    case "keyword":
      return `:${form.name}`;
    case "symbol":
      return `'${form.name}`;
    case "char":
      return `\\${form.name}`;
    case "sequence":
      return form.items.map(valueOf);
    case "map":
      return Object.fromEntries(form.entries.map(([key, value]) => [nameOf(key), valueOf(value)]));
  }
}

/** Reads a form as a name: the letters of a keyword, a symbol or a string. */
export function nameOf(form: Edn): string {
  if (typeof form === "string") return form;
  if (typeof form === "object" && form !== null && "name" in form) return form.name;
  return canonical(valueOf(form));
}

/** Whether a form is a keyword. Jepsen writes a keyword in place of the value to give a reason. */
export function isKeyword(form: Edn): boolean {
  return typeof form === "object" && form !== null && form.type === "keyword";
}
