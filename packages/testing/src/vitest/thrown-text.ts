import { inspect } from "node:util";

/** A thrown value as text. Anything may be thrown. */
export function thrownText(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  const shown = inspect(thrown, { depth: 2, breakLength: Infinity, maxStringLength: 500 });
  return `the scenario function threw ${shown}, which is not an Error`;
}
