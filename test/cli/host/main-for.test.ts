import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { mainFor } from "../../../packages/cli/src/host/main-for.ts";

const BUNDLE = "cli/dist/bundles/main.mjs";
const FILE = "cli/dist/main.js";

/** What serves a command line, with these files of packages, by the second in which each was written. */
function servedBy(argv: readonly string[], files: Readonly<Record<string, number>>): string {
  const packages = mkdtempSync(join(tmpdir(), "kontiki-main-"));
  onTestFinished(() => rmSync(packages, { recursive: true }));
  for (const [file, second] of Object.entries(files)) {
    const path = join(packages, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.endsWith("main.mjs") && second === 0 ? "" : "0;");
    utimesSync(path, second, second);
  }
  const { href } = pathToFileURL(packages);
  return mainFor(argv, new URL(`${href}/cli/dist/`)).href.slice(href.length + 1);
}

const compiled = (name: string): string => `${name}/dist/tsconfig.tsbuildinfo`;

test.each([
  ["there is none", {}, FILE],
  ["it is of a published package", { [BUNDLE]: 1 }, BUNDLE],
  ["it is empty", { [BUNDLE]: 0 }, FILE],
  ["it was made at the same time", { [BUNDLE]: 3, [compiled("cli")]: 3 }, BUNDLE],
  ["the program was built after it", { [BUNDLE]: 2, [compiled("cli")]: 3 }, FILE],
  ["a package in it was built after it", { [BUNDLE]: 2, [compiled("testing")]: 3 }, FILE],
])("whether the bundle serves: %s", (_, files, served) => {
  expect(servedBy(["up", "--memory"], files)).toBe(served);
});

test.each([
  ["help", ["--help"], BUNDLE],
  ["a command that is in it", ["exec", "run", "get", "k"], BUNDLE],
  ["a command that loads modules of users", ["run", "up.yaml"], FILE],
  ["an unknown command", ["ups"], FILE],
])("the bundle serves only what is in it: %s", (_, argv, served) => {
  expect(servedBy(argv, { [BUNDLE]: 1 })).toBe(served);
});
