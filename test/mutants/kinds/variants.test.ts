import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";
import { edited } from "../edit.ts";
import { VARIANTS } from "./variants.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

test("the variants are several of each kind, with unique names", () => {
  const kinds = new Set(VARIANTS.map(({ kind }) => kind));
  const few = [...kinds].filter((one) => VARIANTS.filter(({ kind }) => kind === one).length < 10);
  expect(few).toEqual([]);
  expect(new Set(VARIANTS.map(({ id }) => id)).size).toBe(VARIANTS.length);
});

test.each(VARIANTS)("$id applies and leaves TypeScript", ({ edits }) => {
  const texts = new Map<string, string>();
  for (const edit of edits) {
    const text = texts.get(edit.file) ?? readFileSync(`${ROOT}${edit.file}`, "utf8");
    texts.set(edit.file, edited(text, edit));
  }
  for (const [file, text] of texts) expect(parseSync(file, text).errors).toEqual([]);
});
