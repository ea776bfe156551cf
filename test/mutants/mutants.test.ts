import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { MUTANTS } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** How often a text stands in a file of the repository. */
function countOf(text: string, file: string): number {
  return readFileSync(`${ROOT}${file}`, "utf8").split(text).length - 1;
}

describe("the mutants", () => {
  test("are thirty or more, each of another name", () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test.each(MUTANTS)("$name: what it replaces stands there once", ({ edits }) => {
    expect(edits.map(({ file, find }) => `${countOf(find, file)} in ${file}`)).toEqual(
      edits.map(({ file }) => `1 in ${file}`),
    );
    expect(edits.filter(({ find, replace }) => find === replace)).toEqual([]);
  });
});
