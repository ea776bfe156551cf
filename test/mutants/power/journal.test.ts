import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Trial } from "./engines.ts";
import { digestOfSources, Journal, type Terms } from "./journal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kontiki-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TERMS: Terms = { sources: "abc", seconds: 60 };
const TRIAL: Trial = { engine: "blind", firstSeed: 7, caught: undefined, count: 12, ms: 900 };

test("a file keeps what was found, one line each, for the next time", () => {
  const file = join(folder, "results");
  const first = new Journal(file, TERMS);
  first.add({ id: "one", trial: TRIAL });
  first.add({ id: "two", why: "breaks at once" });
  const again = new Journal(file, TERMS);
  expect(again.trialOf("one", "blind", 7)).toEqual(TRIAL);
  expect(again.asideOf("two")).toBe("breaks at once");
  expect([again.trialOf("one", "blind", 8), again.trialOf("one", "guided", 7)]).toEqual([
    undefined,
    undefined,
  ]);
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(4);
});

test("a line that was cut off is no result", () => {
  const file = join(folder, "results");
  new Journal(file, TERMS).add({ id: "one", trial: TRIAL });
  appendFileSync(file, '{"id":"two","wh');
  const again = new Journal(file, TERMS);
  expect([again.trialOf("one", "blind", 7), again.asideOf("two")]).toEqual([TRIAL, undefined]);
  again.add({ id: "two", why: "does not compile" });
  expect(new Journal(file, TERMS).asideOf("two")).toBe("does not compile");
});

test("results of other sources, or of another time or number of seeds, are rejected", () => {
  const file = join(folder, "results");
  new Journal(file, TERMS).add({ id: "one", trial: TRIAL });
  for (const other of [{ sources: "abd" }, { seconds: 8 }, { seeds: 2 }])
    expect(() => new Journal(file, { ...TERMS, ...other })).toThrow(
      `${file} has results of other sources, or of another --time or --seeds: give another file to --resume`,
    );
});

test("the digest is that of the sources of all packages", () => {
  const sources = join(folder, "packages/core/src/log");
  mkdirSync(sources, { recursive: true });
  writeFileSync(join(sources, "log.ts"), "1;");
  const first = digestOfSources(folder);
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  writeFileSync(join(sources, "README.md"), "A log.");
  expect(digestOfSources(folder)).toBe(first);
  writeFileSync(join(sources, "log.ts"), "2;");
  expect(digestOfSources(folder)).not.toBe(first);
});
