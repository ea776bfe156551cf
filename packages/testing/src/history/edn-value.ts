import type { Edn } from "./edn-reader.ts";
import { canonical, type Value } from "./value.ts";

/** A form as plain data. Keywords keep their colon, symbols get a quote, so that neither equals a string. */
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

/** What a form says where a name is asked for: keywords, symbols and strings by their letters alone. */
export function nameOf(form: Edn): string {
  if (typeof form === "string") return form;
  if (typeof form === "object" && form !== null && "name" in form) return form.name;
  return canonical(valueOf(form));
}

/** Whether a form is a keyword; Jepsen has them where it means a reason instead of a value. */
export function isKeyword(form: Edn): boolean {
  return typeof form === "object" && form !== null && form.type === "keyword";
}
