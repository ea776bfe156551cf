import type { NodeId } from "@kontiki/core";
import { expect, test } from "vitest";
import { Ledger, type Presented } from "../../../packages/actors/src/hosts/ledger.ts";
import {
  LEDGER_FILE,
  readLedger,
  writeLedger,
} from "../../../packages/actors/src/hosts/ledger-file.ts";
import { MemoryDisk } from "../../../packages/actors/src/storage/disk/memory-disk.ts";

const N1 = "n1" as NodeId;

const FIRST: Presented = { node: N1, uid: 0, start: 4, life: "x", mark: 6, last: 9 };

/** A ledger that knows the fourth start of n1's host, and that n1 has voted in term 5 and has entry 20 since. */
function ledger(): Ledger {
  const found = new Ledger();
  expect(found.present(FIRST)).toBe(undefined);
  expect(found.note(N1, { uid: 0, mark: 11, commit: 20 })).toBe(true);
  return found;
}

test.each<[string, Partial<Presented>]>([
  ["the same start again, whatever it recovered", {}],
  ["a later start that has all that it promised", { start: 5, life: "y", mark: 11, last: 20 }],
  ["a later start in a later term", { start: 7, life: "y", mark: 12, last: 25 }],
  [
    "a later start with a later disk, which has nothing yet",
    { start: 5, life: "y", uid: 3, mark: 0, last: 0 },
  ],
])("a ledger takes in %s", (_, change) => {
  const known = ledger();
  expect(known.present({ ...FIRST, ...change })).toBe(undefined);
  expect(known.isPresent(N1, change.life ?? "x")).toBe(true);
});

const COPY = "the folder of n1 is an older copy, or a new one";

test.each<[string, Partial<Presented>, string]>([
  [
    "a new folder",
    { start: 2, life: "y", mark: 0, last: 0 },
    `${COPY}: it is in start 2, and start 4 was seen`,
  ],
  [
    "a copy from before the present start, or a second host",
    { life: "y", mark: 11, last: 20 },
    `${COPY}, or two hosts have the node: start 4 of its host was seen before`,
  ],
  [
    "a copy without the vote",
    { start: 5, life: "y", mark: 10, last: 20 },
    `${COPY}: it is in term 5, and has voted or was in term 5`,
  ],
  [
    "a copy from an earlier term",
    { start: 5, life: "y", mark: 9, last: 20 },
    `${COPY}: it is in term 4, and has voted or was in term 5`,
  ],
  [
    "a copy without an entry that the node had",
    { start: 5, life: "y", mark: 11, last: 19 },
    `${COPY}: its log ends at entry 19, and it had entry 20`,
  ],
])("a ledger refuses %s", (_, change, why) => {
  const known = ledger();
  expect(known.present({ ...FIRST, ...change })).toBe(why);
  expect(known.isPresent(N1, "x")).toBe(true);
});

test("an earlier disk is refused, and a later one begins with nothing", () => {
  const known = ledger();
  expect(known.present({ ...FIRST, start: 5, life: "y", uid: 3, mark: 0, last: 0 })).toBe(
    undefined,
  );
  expect(known.known.get(N1)).toEqual({ uid: 3, start: 5, life: "y", mark: 0, commit: 0 });
  expect(known.present({ ...FIRST, start: 6, life: "z", mark: 11, last: 20 })).toBe(
    `${COPY}: it is disk 0 of the node, and disk 3 was seen`,
  );
});

test("a later disk may be on another host, and be given in the same start", () => {
  const known = ledger();
  expect(known.present({ ...FIRST, start: 1, life: "y", uid: 3, mark: 0, last: 0 })).toBe(
    undefined,
  );
  expect(known.present({ ...FIRST, start: 1, life: "y", uid: 4, mark: 0, last: 0 })).toBe(
    undefined,
  );
  expect(known.known.get(N1)).toEqual({ uid: 4, start: 1, life: "y", mark: 0, commit: 0 });
  // What its host said before comes late.
  expect(known.present({ ...FIRST, start: 1, life: "y", uid: 3, mark: 0, last: 0 })).toBe(
    undefined,
  );
  expect(known.known.get(N1)?.uid).toBe(4);
});

test("what a node tells never makes its position go back", () => {
  const known = ledger();
  expect(known.note(N1, { uid: 0, mark: 9, commit: 3 })).toBe(false);
  expect(known.note(N1, { uid: 0, mark: 9, commit: 21 })).toBe(true);
  expect(known.known.get(N1)).toEqual({ uid: 0, start: 4, life: "x", mark: 11, commit: 21 });
  expect(known.note(N1, { uid: 1, mark: 20, commit: 30 })).toBe(false);
  expect(known.note("n2" as NodeId, { uid: 0, mark: 9, commit: 3 })).toBe(false);
});

test("a ledger is the same after it was written and read, and a damaged one knows nothing", () => {
  const disk = new MemoryDisk({ maxFileBytes: 4096 });
  expect(readLedger(disk, "tri")).toEqual(new Map());
  const { known } = ledger();
  writeLedger(disk, "tri", known);
  expect(readLedger(disk, "tri")).toEqual(known);
  expect(readLedger(disk, "other")).toEqual(new Map());
  const whole = disk.read(LEDGER_FILE);
  for (const content of [
    "",
    "{}",
    "null",
    `{"format":1,"cluster":"tri"}`,
    `{"format":1,"cluster":"tri","nodes":{"n1":{}}}`,
  ]) {
    disk.create(LEDGER_FILE, new TextEncoder().encode(content));
    expect(readLedger(disk, "tri")).toEqual(new Map());
  }
  disk.create(LEDGER_FILE, whole.subarray(0, -5));
  expect(readLedger(disk, "tri")).toEqual(new Map());
});
