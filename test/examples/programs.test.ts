import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { commandsIn, consoleBlocks } from "../docs/support/commands.ts";
import { exampleFolders, ROOT } from "../docs/support/pages.ts";
import { claimedOutput, withDoubleQuotes } from "../docs/support/program.ts";

/** Programs that say in comments what they print. */
const programs = exampleFolders().flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(folder, name))
    .filter((path) => /console\.log\(.*\); \/\/ /.test(readFileSync(join(ROOT, path), "utf8"))),
);

/** A program that is run on another page than the README of its folder. */
const PAGES: Readonly<Record<string, string>> = {
  "examples/embed/observe.js": "docs/observability.md",
};

test("these are programs", () => {
  expect(programs).toEqual([
    "examples/actors/main.js",
    "examples/counter/main.js",
    "examples/embed/embed.js",
    "examples/embed/observe.js",
  ]);
});

/** The tests of the page run it, and compare both streams and the exit status. */
test.each(programs)("%s says what it prints when a page runs it", (path) => {
  const page = PAGES[path] ?? join(dirname(path), "README.md");
  const commands = consoleBlocks(page)
    .filter(({ how }) => how.type === "run")
    .flatMap(({ text }) => commandsIn(text));
  const run = commands.find(({ command }) => command === `node ${basename(path)}`);
  const claimed = claimedOutput(readFileSync(join(ROOT, path), "utf8"));
  expect(run?.output.map(withDoubleQuotes)).toEqual(claimed);
});
