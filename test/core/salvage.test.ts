/** How far two logs with holes are certainly the same (§5.3 Log Matching, Leader Append-Only). */
import { index, MemoryLog, type LogCopy } from "@kontiki/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agreementOf, knownTerms } from "../../packages/core/src/salvage.ts";
import { entries } from "./support/core.ts";
import { position } from "./support/snapshots.ts";

type At = readonly [number, number];

/** A copy with these pieces, each by its first index and its terms, and these marks. */
function copy(
  pieces: Readonly<Record<number, readonly number[]>>,
  ...marks: readonly At[]
): LogCopy<string> {
  return {
    pieces: Object.entries(pieces).map(([first, terms]) => {
      const base = position([Number(first) - 1, 0]);
      return new MemoryLog((command) => command.length, entries(terms, Number(first)), base);
    }),
    marks: marks.map(position),
  };
}

describe("knownTerms: the last known position of each term", () => {
  test.each<[string, LogCopy<string>, readonly At[]]>([
    [
      "of one piece",
      copy({ 1: [1, 1, 2, 4] }, [4, 4]),
      [
        [2, 1],
        [3, 2],
        [4, 4],
      ],
    ],
    [
      "of pieces with a hole",
      copy({ 1: [1, 1], 5: [2, 2] }, [6, 2]),
      [
        [2, 1],
        [6, 2],
      ],
    ],
    [
      "marks in a hole count",
      copy({ 1: [1], 5: [3] }, [4, 2], [5, 3]),
      [
        [1, 1],
        [4, 2],
        [5, 3],
      ],
    ],
    ["with nothing left but its end", copy({}, [9, 3]), [[9, 3]]],
  ])("%s", (_title, given, known) => {
    expect(knownTerms(given)).toEqual(known.map(position));
  });
});

describe("agreementOf: up to which index two logs are the same", () => {
  test.each<[string, LogCopy<string>, readonly At[], number]>([
    ["the same end", copy({ 1: [1, 1, 2] }, [3, 2]), [[3, 2]], 3],
    ["a longer log of the same last term", copy({ 1: [1, 2, 2, 2] }, [4, 2]), [[3, 2]], 3],
    ["a shorter log of the same last term", copy({ 1: [1, 2] }, [2, 2]), [[3, 2]], 2],
    [
      "a common term that both left",
      copy({ 1: [1, 1, 3] }, [3, 3]),
      [
        [2, 1],
        [4, 2],
      ],
      2,
    ],
    ["no common term", copy({ 1: [1, 1] }, [2, 1]), [[4, 2]], 0],
    ["a hole at the common entry", copy({ 1: [1], 4: [2] }, [4, 2]), [[3, 2]], 3],
    [
      "only a mark in common",
      copy({ 1: [1] }, [2, 1], [5, 4]),
      [
        [2, 1],
        [3, 2],
      ],
      2,
    ],
  ])("%s", (_title, given, known, agreed) => {
    expect(agreementOf(given, known.map(position))).toBe(agreed);
  });

  test("no two logs that Raft allows are ever said to be the same where they differ", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(99), { maxLength: 40 }),
        fc.infiniteStream(fc.nat(99)),
        (grown, stream) => {
          const [one, other] = twoLogs(grown);
          const [left, right] = [holed(one, stream), holed(other, stream)];
          if (left === undefined || right === undefined) return;
          const agreed = agreementOf(right, knownTerms(left));
          for (let at = 1; at <= agreed; at += 1) expect(one[at - 1]).toBe(other[at - 1]);
        },
      ),
    );
  });
});

/**
 * The terms of two logs of a cluster: leaders of growing terms begin with the log of some server, append to it, and send
 * a beginning of it to servers.
 */
function twoLogs(choices: readonly number[]): readonly [readonly number[], readonly number[]] {
  const logs: (readonly number[])[] = [[], [], []];
  for (const [at, choice] of choices.entries()) {
    const lead = choice % 3;
    const own = [...(logs[lead] ?? []), ...Array.from({ length: choice % 4 }, () => at + 1)];
    logs[lead] = own;
    const other = (lead + 1 + (choice % 2)) % 3;
    const sent = own.slice(0, own.length - (choice % 3));
    if (choice % 5 > 0) logs[other] = sent;
  }
  return [logs[0] ?? [], logs[1] ?? []];
}

/** A log of these terms that has lost some entries; undefined if it has none. */
function holed(terms: readonly number[], chances: Iterator<number>): LogCopy<string> | undefined {
  const last = terms.at(-1);
  if (last === undefined) return undefined;
  const pieces: Record<number, number[]> = {};
  let run: number[] | undefined;
  for (const [at, term] of terms.entries()) {
    if (Number(chances.next().value) < 30) run = undefined;
    else if (run === undefined) pieces[at + 1] = run = [term];
    else run.push(term);
  }
  return copy(pieces, [terms.length, last]);
}

test("index 0 is before all entries: nothing is known of it", () => {
  expect(agreementOf(copy({}, [0, 0]), [position([3, 1])])).toBe(index(0));
});
