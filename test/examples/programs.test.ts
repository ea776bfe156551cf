import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleFolders, ROOT } from "../docs/support/pages.ts";
import { claimedOutput, runProgram } from "../docs/support/program.ts";

/** Programs that say in comments what they print. */
const programs = exampleFolders().flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(folder, name))
    .filter((path) => /console\.log\(.*\); \/\/ /.test(readFileSync(join(ROOT, path), "utf8"))),
);

test("these are programs", () => {
  expect(programs).toEqual([
    "examples/actors/main.js",
    "examples/counter/main.js",
    "examples/embed/embed.js",
    "examples/embed/observe.js",
  ]);
});

test.each(programs)("%s prints what it says", async (path) => {
  const { status, lines, stderr } = await runProgram(join(ROOT, path));
  const claimed = claimedOutput(readFileSync(join(ROOT, path), "utf8"));
  expect({ status, lines, stderr }).toEqual({ status: 0, lines: claimed, stderr: "" });
});
