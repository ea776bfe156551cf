/** The entries of a recovered log, against an array of them. */
import { index, initialMembership, nodeId, term, type Entry } from "@kontiki/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EntrySlabs, slabsOf } from "../../../../packages/actors/src/storage/wal/entry-slabs.ts";
import type { CommandBytes } from "../../../../packages/actors/src/storage/storage.ts";

const MEMBERSHIP = initialMembership([nodeId("n1")]);

/** 0 and 1 are a noop and a membership, all else a command of about so many bytes. */
function entryOf(at: number, [inTerm, kind]: readonly [number, number]): Entry<CommandBytes> {
  const place = { index: index(at), term: term(inTerm) };
  if (kind === 0) return { type: "noop", ...place };
  if (kind === 1) return { type: "membership", ...place, membership: MEMBERSHIP };
  return { type: "command", ...place, command: new Uint8Array(kind - 2).fill(at) };
}

function add(slabs: EntrySlabs, entry: Entry<CommandBytes>): void {
  if (entry.type !== "command") return slabs.addOther(entry);
  const { command } = entry;
  const around = new Uint8Array(command.length + 20);
  around.set(command, 7);
  slabs.addCommand(entry.term, Buffer.from(around.buffer, 2), 5, command.length);
  // It is a copy.
  around.fill(255);
}

function bytesOf(entries: readonly Entry<CommandBytes>[]): number {
  return entries.reduce(
    (sum, each) => sum + (each.type === "command" ? each.command.length : 0),
    0,
  );
}

/** Whole entries, in few characters. */
function textOf(entry: Entry<CommandBytes>): string {
  const { type, index: at, term: inTerm } = entry;
  const start = `${at}@${inTerm} ${type}`;
  if (entry.type !== "command") return start;
  const { command } = entry;
  return `${start} ${command.length} ${command.every((byte) => byte === at % 256)}`;
}

function expectSame(slabs: EntrySlabs, entries: readonly Entry<CommandBytes>[]): void {
  const counts = Array.from({ length: entries.length + 1 }, (_, count) => count);
  expect(slabs.all().map(textOf)).toEqual(entries.map(textOf));
  expect([slabs.length, slabs.termAt(-1), slabs.termAt(slabs.length)]).toEqual([
    entries.length,
    undefined,
    undefined,
  ]);
  expect(counts.map((count) => slabs.termAt(count))).toEqual(
    counts.map((count) => entries[count]?.term),
  );
  expect(counts.map((count) => slabs.bytesUpTo(count))).toEqual(
    counts.map((count) => bytesOf(entries.slice(0, count))),
  );
  expect(slabs.memberships()).toEqual(entries.filter(({ type }) => type === "membership"));
}

const SIZE = fc.oneof(fc.nat(40), fc.nat(2), fc.constantFrom(9_000, 16_385, 16_386, 16_387));
const STEP = fc.oneof(
  fc.record({ add: fc.array(fc.tuple(fc.nat(3), SIZE), { minLength: 1, maxLength: 20 }) }),
  fc.record({ truncate: fc.nat(40) }),
  fc.record({ from: fc.nat(20), to: fc.nat(40) }),
);

test("are the same whatever is added, cut off, and left", () => {
  const check = (first: number, steps: readonly Record<string, unknown>[]): void => {
    let slabs = new EntrySlabs(index(first));
    let entries: Entry<CommandBytes>[] = [];
    let begin = first;
    for (const step of steps) {
      const limit = (value: unknown): number => Math.min(Number(value), entries.length);
      if (Array.isArray(step["add"]))
        for (const each of step["add"] as [number, number][]) {
          const entry = entryOf(begin + entries.length, each);
          add(slabs, entry);
          entries.push(entry);
        }
      else if ("truncate" in step) {
        slabs.truncate(limit(step["truncate"]));
        entries.length = limit(step["truncate"]);
      } else {
        const to = limit(step["to"]);
        const from = Math.min(limit(step["from"]), to);
        const before = slabs;
        slabs = slabs.slice(from, to);
        expectSame(before, entries);
        entries = entries.slice(from, to);
        begin += from;
      }
      expectSame(slabs, entries);
    }
    expectSame(slabsOf(index(begin), entries), entries);
  };
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.array(STEP, { maxLength: 6 }), check), {
    numRuns: 100,
  });
});
