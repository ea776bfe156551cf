import { sameMembership, type Entry } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { Report } from "./report.ts";

/** An entry at its place in the logs: one object for all logs that have it, so that comparing logs is cheap. */
export type Placed = {
  readonly index: number;
  readonly term: number;
  /** The term of the entry before it; 0 at the beginning of the log. */
  readonly termBefore: number;
  readonly entry: Entry<CommandBytes>;
};

/**
 * All entries that any log ever had, by index and term. It checks Log Matching (Figure 3, §5.3) for all logs at all times.
 *
 * It is enough that an index and term always mean the same content and the same term of the previous entry. If two logs
 * agree in the index and term of an entry, the previous entries have the same index, which is one less, and the same term:
 * the logs agree there too, and so on down to the first entry. No two logs are ever compared.
 */
export class PlacedEntries {
  readonly #report: Report;
  readonly #byIndex: Placed[][] = [];

  constructor(report: Report) {
    this.#report = report;
  }

  /** The object for an entry that `node` has in its log after one of `termBefore`. */
  place(node: string, entry: Entry<CommandBytes>, termBefore: number): Placed {
    const { index, term } = entry;
    const there = (this.#byIndex[index] ??= []);
    const known = there.find((placed) => placed.term === term);
    if (known === undefined) {
      const placed = { index, term, termBefore, entry };
      there.push(placed);
      return placed;
    }
    if (known.termBefore !== termBefore)
      this.#differ(node, known, `follow ones of terms ${known.termBefore} and ${termBefore}`);
    else if (!sameContent(known.entry, entry)) this.#differ(node, known, "have different contents");
    return known;
  }

  /** Forgets the entries of a term that never was: a crash has undone the lead of the only voter, and no other log had them. */
  forget(term: number): void {
    for (const [index, there] of this.#byIndex.entries())
      this.#byIndex[index] = there?.filter((placed) => placed.term !== term) ?? [];
  }

  #differ(node: string, { index, term }: Placed, how: string): void {
    this.#report({
      check: "Log Matching",
      text: `${node} has an entry ${index} of term ${term} that another log has too, but the two ${how}`,
    });
  }
}

function sameContent(one: Entry<CommandBytes>, other: Entry<CommandBytes>): boolean {
  if (one === other) return true;
  switch (one.type) {
    case "noop":
      return other.type === "noop";
    case "membership":
      return other.type === "membership" && sameMembership(one.membership, other.membership);
    case "command":
      return other.type === "command" && sameBytes(one.command, other.command);
    default:
      return one satisfies never;
  }
}

/** A loop, because a call of `Buffer.compare` costs more for this few bytes. */
function sameBytes(one: CommandBytes, other: CommandBytes): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}
