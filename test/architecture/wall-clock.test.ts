import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PACKAGES = fileURLToPath(new URL("../../packages/", import.meta.url));

/** For people and for other processes; nothing is decided by it. */
const SHOWS_IT = "cli/src/control/wall-clock.ts";

/** Clocks of machines jump: times are those of `performance.now()` and of timers, which only go forward. */
test("no code reads the wall clock, but to show it", () => {
  const readers = readdirSync(PACKAGES, { recursive: true, encoding: "utf8" })
    .filter((path) => /^[^/]+\/src\/.*\.ts$/.test(path))
    .filter((path) =>
      /\bDate\.now\b|\bnew Date\b/.test(readFileSync(join(PACKAGES, path), "utf8")),
    );
  expect(readers).toEqual([SHOWS_IT]);
});
