import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { edited } from "./edit.ts";
import { MUTANTS } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("the mutants", () => {
  test("are thirty or more, each of another name", () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test.each(MUTANTS)("$name: what it replaces stands there once", ({ edits }) => {
    for (const edit of edits) {
      const text = readFileSync(`${ROOT}${edit.file}`, "utf8");
      expect(edited(text, edit)).not.toBe(text);
    }
  });

  test("are refused when the code has moved on", () => {
    const edit = { file: "vote.ts", find: "granted", replace: "true" };
    expect(() => edited("free && holdsOurs", edit)).toThrow(
      new Error("vote.ts: this stands there 0 times, not once: granted"),
    );
    expect(() => edited("granted || granted", edit)).toThrow(
      new Error("vote.ts: this stands there 2 times, not once: granted"),
    );
    expect(edited("if (!granted)", edit)).toBe("if (!true)");
  });
});
