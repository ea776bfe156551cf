import { index, term, TERM_ZERO, type Entry, type Term } from "@kontiki/core";

/**
 * The logs that nodes begin with, given the terms of their entries. The entry of a term at an index is the same in every log.
 */
export function firstLogs(
  terms: readonly (readonly number[])[],
): readonly (readonly Entry<string>[])[] {
  return terms.map((log) =>
    log.map((of, at): Entry<string> => {
      return { type: "command", index: index(at + 1), term: term(of), command: `${of}.${at + 1}` };
    }),
  );
}

/**
 * The term that all nodes are in when they begin with these logs: that of the last entry of any. No candidate of this term is
 * left, so it makes no difference which votes were given in it.
 */
export function firstTerm(logs: readonly (readonly Entry<string>[])[]): Term {
  const terms = logs.map((log) => log.at(-1)?.term ?? TERM_ZERO);
  return terms.reduce((last, each) => (each > last ? each : last), TERM_ZERO);
}

/**
 * What logs a run could leave behind instead of these; undefined if it could leave these. Only what the paper says of any
 * two logs is looked at (§5.3, Log Matching).
 */
export function whyNoLogs(
  terms: readonly (readonly number[])[],
  greatest: number,
): string | undefined {
  if (terms.flat().some((each) => each > greatest)) return `terms up to ${greatest}`;
  for (const log of terms)
    if (log.some((each, at) => each < (log[at - 1] ?? 1)))
      return "terms that never decrease in a log";
  const areMatching = terms.every((log) =>
    terms.every((other) => {
      const last = log.findLastIndex((each, at) => each === other[at]);
      return log.slice(0, last + 1).every((each, at) => each === other[at]);
    }),
  );
  return areMatching ? undefined : "logs that are the same up to any entry that two of them have";
}
