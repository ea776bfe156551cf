import { expect, test } from "vitest";
import { brokenLinksIn, markdownFiles } from "./support/links.ts";

test("there are links to look at", () => {
  expect(markdownFiles()).toEqual(expect.arrayContaining(["README.md", "docs/speed.md"]));
});

test.each(markdownFiles())("%s links to what exists: files, and headings of pages", (path) => {
  expect(brokenLinksIn(path)).toEqual([]);
});
