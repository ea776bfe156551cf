/**
 * A value of a generated history. A scalar is the number of an entry in a palette, so that the judge compares numbers and
 * never the texts that a reader must tell apart. `null` is nothing.
 */
export type Datum = null | boolean | number | Scalar | Word | readonly Datum[] | Bag;

/** An entry of a palette. */
export type Scalar = { readonly scalar: number };

/** A name that is part of the format: a keyword in EDN, a string in JSON. */
export type Word = { readonly word: string };

/** Values without an order, each once. */
export type Bag = { readonly bag: readonly Datum[] };

/** An entry of the palette. */
export function scalar(entry: number): Scalar {
  return { scalar: entry };
}

/** Whether a value is a list. */
export function isRow(value: Datum): value is readonly Datum[] {
  return Array.isArray(value);
}

/** The same text for two values exactly when they are equal. The items of a bag have no order. */
export function datumText(value: Datum): string {
  if (value === null || typeof value !== "object") return String(value);
  if (isRow(value)) return `[${value.map(datumText).join(" ")}]`;
  if ("bag" in value) return `{${value.bag.map(datumText).toSorted().join(" ")}}`;
  return "word" in value ? value.word : `#${value.scalar}`;
}
