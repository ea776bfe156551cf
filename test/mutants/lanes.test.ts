import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";
import { edited } from "./edit.ts";
import { TESTED_MUTANTS } from "./lanes.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

test("mutants that tests must catch have unique names", () => {
  const names = TESTED_MUTANTS.map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test.each(TESTED_MUTANTS)("$name applies, leaves TypeScript, and has its test", (mutant) => {
  for (const edit of mutant.edits) {
    const text = edited(readFileSync(`${ROOT}${edit.file}`, "utf8"), edit);
    expect(parseSync(edit.file, text).errors).toEqual([]);
  }
  expect(existsSync(`${ROOT}test/${mutant.test}`)).toBe(true);
});
