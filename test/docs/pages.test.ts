import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, exampleFolders, markersIn, pages, ROOT } from "./support/pages.ts";
import { wrongWith } from "./support/shown.ts";

test("each example has a README", () => {
  const without = exampleFolders().filter((path) => !existsSync(join(ROOT, path, "README.md")));
  expect(without).toEqual([]);
});

test("the README shows programs", () => {
  const shown = blocksOf("README.md").flatMap(({ shows }) => shows?.path ?? []);
  expect(shown).toContain("examples/embed/embed.js");
});

test.each(pages())("%s shows files of the repository as they are", (page) => {
  const wrong = blocksOf(page).flatMap((block) => {
    const what = wrongWith(block);
    return what === undefined ? [] : [`${page}:${block.line}: ${what}`];
  });
  expect(wrong).toEqual([]);
  const marked = blocksOf(page).filter(({ shows }) => shows?.path.startsWith("examples/"));
  expect(marked).toHaveLength(markersIn(page));
});
