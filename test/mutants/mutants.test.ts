import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { edited } from "./edit.ts";
import { MUTANTS } from "./mutants.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

describe("the mutants", () => {
  test("are at least thirty, with unique names", () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test.each(MUTANTS)("$name: the text to replace appears once", ({ edits }) => {
    for (const edit of edits) {
      const text = readFileSync(`${ROOT}${edit.file}`, "utf8");
      expect(edited(text, edit)).not.toBe(text);
    }
  });

  test("are rejected when the code has changed", () => {
    const edit = { file: "vote.ts", find: "granted", replace: "true" };
    expect(() => edited("free && holdsOurs", edit)).toThrow(
      new Error("vote.ts: this text appears 0 times instead of once: granted"),
    );
    expect(() => edited("granted || granted", edit)).toThrow(
      new Error("vote.ts: this text appears 2 times instead of once: granted"),
    );
    expect(edited("if (!granted)", edit)).toBe("if (!true)");
  });
});
