import { verbAt } from "./find-verb.ts";
import type { Verb, VerbOrder } from "./verb.ts";

/** What decides beside which other commands a command may run. */
export type Order =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: Exclude<VerbOrder, "key"> | "alone" }
  /** It cannot be run, so it touches nothing. */
  | { readonly type: "nothing" };

/** The order of the command that these words are. */
export function orderOf(verbs: readonly Verb[], words: readonly string[]): Order {
  const found = verbAt(verbs, words);
  if (found === undefined) return { type: "nothing" };
  const { order = "alone" } = found.verb;
  if (order !== "key") return { type: order };
  const key = words[found.length];
  return key === undefined ? { type: "nothing" } : { type: "key", key };
}

/**
 * Whether a command that was typed while another one took long need not wait for it.
 *
 * It may show what is there, it may be what the other one waits for, or they have different keys.
 */
export function mayOvertake(later: Order, earlier: Order): boolean {
  if (later.type === "nothing") return true;
  if (earlier.type === "paces") return false;
  switch (later.type) {
    case "looks":
      return true;
    case "helps":
      return earlier.type !== "helps";
    case "key":
      return earlier.type === "looks" || (earlier.type === "key" && earlier.key !== later.key);
    case "paces":
    case "alone":
      return false;
  }
}
