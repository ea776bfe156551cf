import { majority } from "@kontiki/core";
import type { Bounds } from "./bounds.ts";

/**
 * What can happen in an exploration, for "sometimes" properties: a search in which such an event never happened although
 * its bounds allow it has shown nothing. Perhaps no node was ever elected.
 */
export type Happened =
  | "a leader is elected"
  | "a leader of a later term is elected"
  | "a leader commits an entry"
  | "a leader commits a command"
  | "a leader commits an entry of an older term"
  | "a follower learns of a commit"
  | "a conflict truncates a log"
  | "a vote is refused"
  | "AppendEntries is rejected"
  | "a leader steps down"
  | "a crash loses unsynced writes"
  | "a leader crashes"
  | "two nodes lead at once, in different terms"
  | "a send is lost for lack of room"
  | "a message is dropped"
  | "a message is delivered twice"
  | "an entry is lost"
  | "an entry is fetched"
  | "a log is repaired without a leader"
  | "a damaged node votes"
  | "a leader is elected while a majority is damaged";

/** A bit for each of them. */
export const HAPPENED: Readonly<Record<Happened, number>> = {
  "a leader is elected": 1 << 0,
  "a leader of a later term is elected": 1 << 1,
  "a leader commits an entry": 1 << 2,
  "a leader commits a command": 1 << 3,
  "a leader commits an entry of an older term": 1 << 4,
  "a follower learns of a commit": 1 << 5,
  "a conflict truncates a log": 1 << 6,
  "a vote is refused": 1 << 7,
  "AppendEntries is rejected": 1 << 8,
  "a leader steps down": 1 << 9,
  "a crash loses unsynced writes": 1 << 10,
  "a leader crashes": 1 << 11,
  "two nodes lead at once, in different terms": 1 << 12,
  "a send is lost for lack of room": 1 << 13,
  "a message is dropped": 1 << 14,
  "a message is delivered twice": 1 << 15,
  "an entry is lost": 1 << 16,
  "an entry is fetched": 1 << 17,
  "a log is repaired without a leader": 1 << 18,
  "a damaged node votes": 1 << 19,
  "a leader is elected while a majority is damaged": 1 << 20,
};

const ALL = Object.keys(HAPPENED) as readonly Happened[];

/** Counts transitions by the events in them. */
export class SometimesCounts {
  readonly #bySet = new Float64Array(1 << ALL.length);

  /** Counts a transition in which the events of all these bits happened. */
  add(happened: number): void {
    this.#bySet[happened] = (this.#bySet[happened] ?? 0) + 1;
  }

  /** The number of transitions in which each event happened. */
  get counts(): Readonly<Record<Happened, number>> {
    const counts = Object.fromEntries(ALL.map((name) => [name, 0])) as Record<Happened, number>;
    this.#bySet.forEach((count, set) => {
      if (count === 0) return;
      for (const name of ALL) if ((set & HAPPENED[name]) !== 0) counts[name] += count;
    });
    return counts;
  }
}

/** The events that a complete search within these bounds must meet. */
export function expectedOf(bounds: Bounds): readonly Happened[] {
  const { names, terms, proposals, crashes, drops, duplicates, damage, inflight } = bounds;
  const canFetch = damage > 0 && names.length > 1 && bounds.configs[0]?.fetch === true;
  const expected: readonly (readonly [Happened, boolean])[] = [
    ["a leader is elected", true],
    ["a leader commits an entry", true],
    ["a leader commits a command", proposals > 0],
    ["a leader of a later term is elected", terms > 1],
    ["a crash loses unsynced writes", crashes > 0],
    ["a leader crashes", crashes > 0],
    ["a message is dropped", drops > 0 && names.length > 1],
    ["a message is delivered twice", duplicates > 0 && names.length > 1],
    ["an entry is lost", damage > 0],
    ["an entry is fetched", canFetch],
    ["a log is repaired without a leader", canFetch],
    ["a damaged node votes", damage > 0 && names.length > 1 && terms > 1],
    [
      "a leader is elected while a majority is damaged",
      damage >= majority(names.length) && names.length > 2 && terms > 1 && inflight > 1,
    ],
  ];
  return expected.filter(([, isExpected]) => isExpected).map(([name]) => name);
}
