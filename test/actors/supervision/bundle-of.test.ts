import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { bundleOf } from "../../../packages/actors/src/supervision/bundle-of.ts";

const BUNDLE = "actors/dist/bundles/worker.mjs";
const COMPILED = "actors/dist/tsconfig.tsbuildinfo";
const COMPILED_CORE = "core/dist/tsconfig.tsbuildinfo";

/** Packages with a thread's file and these files, by the second in which each was written. Returns what is chosen for the thread. */
function chosenOf(files: Readonly<Record<string, number>>): string {
  const packages = mkdtempSync(join(tmpdir(), "kontiki-bundle-"));
  onTestFinished(() => rmSync(packages, { recursive: true }));
  for (const [file, second] of Object.entries(files)) {
    const path = join(packages, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    utimesSync(path, second, second);
  }
  const { href } = bundleOf(
    new URL(`${pathToFileURL(packages).href}/actors/dist/threads/worker.js`),
  );
  return href.slice(pathToFileURL(packages).href.length + 1);
}

test.each([
  ["there is none", {}, false],
  ["it is of a published package", { [BUNDLE]: 1 }, true],
  ["it is newer than the build", { [BUNDLE]: 3, [COMPILED]: 2, [COMPILED_CORE]: 1 }, true],
  ["it was made at the same time", { [BUNDLE]: 3, [COMPILED]: 3, [COMPILED_CORE]: 3 }, true],
  ["its package was built after it", { [BUNDLE]: 2, [COMPILED]: 3, [COMPILED_CORE]: 1 }, false],
  ["the core was built after it", { [BUNDLE]: 2, [COMPILED]: 1, [COMPILED_CORE]: 3 }, false],
])("whether a thread runs the bundle of its code: %s", (_, files, isUsed) => {
  expect(chosenOf(files)).toBe(isUsed ? BUNDLE : "actors/dist/threads/worker.js");
});
