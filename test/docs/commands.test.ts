import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pages, ROOT } from "./support/pages.ts";

/** The READMEs of examples and packages are run by tests of their own. */
const PAGES = pages().filter((page) => /^(?:README|CONTRIBUTING)\.md$|^docs\//.test(page));

test("each page has a file that plays its commands", () => {
  const folder = join(ROOT, "test/docs/commands");
  const played = readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return /"((?:docs\/)?[\w-]+\.md)"/.exec(text)?.[1] ?? file;
  });
  expect(played.toSorted()).toEqual(PAGES.toSorted());
});
