import { EdnValue } from "../history/edn-scalars.ts";

/**
 * Gives equal inputs equal texts, so that open operations with equal inputs can be grouped.
 *
 * Plain data and values of EDN are compared by content. Anything else, such as a Map, a Date or a function, equals only
 * itself: treating different inputs as equal would cause a wrong verdict, while the opposite mistake only costs time.
 */
export class Identity {
  readonly #others = new Map<unknown, number>();

  /** The text of a value. Two values share it only if no function of their content can distinguish them. */
  of(value: unknown): string {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    if (value === null || value === undefined || typeof value === "boolean") return String(value);
    if (Array.isArray(value)) return `[${value.map((inner) => this.of(inner)).join(",")}]`;
    if (isPlain(value)) return this.#record(value);
    if (value instanceof EdnValue) return value.text;
    return `#${this.#numberOf(value)}`;
  }

  #record(value: object): string {
    const fields = Object.entries(value).map(
      ([name, inner]) => `${JSON.stringify(name)}:${this.of(inner)}`,
    );
    return `{${fields.toSorted().join(",")}}`;
  }

  #numberOf(value: unknown): number {
    const number = this.#others.get(value) ?? this.#others.size;
    this.#others.set(value, number);
    return number;
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
