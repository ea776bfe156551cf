import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { reachedFrom } from "../support/imports.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

type Override = { readonly files: readonly string[]; readonly rules: Record<string, unknown> };
type Config = { readonly overrides: readonly Override[]; options: { typeAware: boolean } };

const config = JSON.parse(readFileSync(join(ROOT, ".oxlintrc.json"), "utf8")) as Config;

/** The files where a simulation, an exploration or a replay begins. */
const ENTRIES = [
  "packages/testing/src/runs/simulate.ts",
  "packages/testing/src/runs/simulation.ts",
  "packages/testing/src/plan/plan-of.ts",
  "packages/testing/src/explore/explore.ts",
  "packages/testing/src/explore/walk.ts",
  "packages/testing/src/replay/tell-run.ts",
  "packages/testing/src/replay/shrink.ts",
  "packages/testing/src/replay/token.ts",
];

/** Files that a simulation loads although they break a rule below, and why no run sees that. */
const HARMLESS: Readonly<Record<string, string>> = {
  "packages/actors/src/options/rules.ts": "shows a wrong option, before anything runs",
  "packages/testing/src/check/limits.ts": "a simulation gives a clock that counts",
  "packages/testing/src/platform/node.ts":
    "its `nextTurn` pauses work, which does not change the work",
  "packages/testing/src/slices.ts": "pauses work for a moment, which does not change the work",
  "packages/testing/src/surroundings.ts":
    "puts a node's clock and the seed's chance in the place of those of the process",
};

/** What gives the same on all machines: of Node, and of libraries. */
const MODULES: Readonly<Record<string, RegExp>> = {
  "node:buffer": /^\{ Buffer \}$/,
  "node:crypto": /^\{ createHash \}$/,
  // `inspect` only saves work: what it shows decides nothing.
  "node:util": /^\{ (isDeepStrictEqual|inspect|inspect, types) \}$/,
  "node:zlib": /^\{ [^}]* \}$/,
  leven: /^\{ closestMatch \}$/,
  msgpackr: /^\{ [^}]* \}$/,
  valibot: /^\* as v$/,
  "msgpackr/pack": /^\* as plainJavaScript$/,
};

const reached = reachedFrom(ENTRIES);

/** Whether a file may use time and chance: the last rule for it counts. */
function isOpen(file: string): boolean {
  const said = config.overrides.filter(
    ({ files, rules }) =>
      "no-restricted-globals" in rules && files.some((pattern) => matches(file, pattern)),
  );
  const last = said.at(-1)?.rules["no-restricted-globals"];
  return last === undefined || last === "off";
}

function matches(file: string, pattern: string): boolean {
  return pattern.endsWith("/**") ? file.startsWith(pattern.slice(0, -2)) : file === pattern;
}

describe("the code that a simulation loads", () => {
  test("includes all of the core, the node and the simulation", () => {
    expect(reached.files).toEqual(
      expect.arrayContaining([
        "packages/core/src/step.ts",
        "packages/actors/src/node/node-runner.ts",
        "packages/actors/src/storage/wal/wal.ts",
        "packages/actors/src/machine/key-value.ts",
        "packages/testing/src/chance.ts",
        "packages/testing/src/claims/safety.ts",
        "packages/testing/src/nemesis/atlas.ts",
      ]),
    );
  });

  test("uses no globals that give time or chance", () => {
    expect(reached.files.filter((file) => isOpen(file) && !(file in HARMLESS))).toEqual([]);
  });

  test("imports only what is the same on all machines", () => {
    const strange = reached.foreign.filter(
      ({ file, module, what }) => !(file in HARMLESS) && !MODULES[module]?.test(what),
    );
    expect(strange).toEqual([]);
  });

  test("includes the files that are listed as harmless", () => {
    expect(reached.files).toEqual(expect.arrayContaining(Object.keys(HARMLESS)));
  });
});

/** Lints one-line files at these paths. Returns the rules that each breaks. */
function lint(
  lines: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-lint-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const options = { ...config.options, typeAware: false };
  const categories = { correctness: "off" };
  writeFileSync(join(folder, "rc.json"), JSON.stringify({ ...config, options, categories }));
  for (const [path, line] of Object.entries(lines)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${line}\n`);
  }
  const oxlint = join(ROOT, "node_modules/oxlint/bin/oxlint");
  const args = [oxlint, "-c", "rc.json", "-f", "json", "."];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
  };
  return Object.fromEntries(
    Object.keys(lines).map((path) => [
      path,
      diagnostics.filter(({ filename }) => filename === path).map(({ code }) => code),
    ]),
  );
}

const GLOBAL = "eslint(no-restricted-globals)";
const PROPERTY = "eslint(no-restricted-properties)";

const BANNED: readonly (readonly [string, string])[] = [
  ["export const it = new Date();", GLOBAL],
  ["export const it = Date.now();", GLOBAL],
  ["export const it = performance.now();", GLOBAL],
  ["export const it = process.hrtime();", GLOBAL],
  ["export const it = globalThis.name;", GLOBAL],
  ["export const it = crypto.randomUUID();", GLOBAL],
  ["export const it = new Intl.Collator();", GLOBAL],
  ["export const it = new WeakRef({});", GLOBAL],
  ["setTimeout(() => {}, 1);", GLOBAL],
  ["setInterval(() => {}, 1);", GLOBAL],
  ["setImmediate(() => {});", GLOBAL],
  ["queueMicrotask(() => {});", GLOBAL],
  ["export const it = Math.random();", PROPERTY],
  ["export const it = Math.log(2);", PROPERTY],
  ["export const it = Math.pow(2, 0.5);", PROPERTY],
  ["export const it = Math.hypot(3, 4);", PROPERTY],
  ["export const { exp } = Math;", PROPERTY],
  ['export const it = "a".localeCompare("b");', PROPERTY],
  ["export const it = (1).toLocaleString();", PROPERTY],
  ['export const it = "I".toLocaleLowerCase();', PROPERTY],
];

const ALLOWED = [
  "export const it = Math.floor(1.5) + Math.imul(2, 3) + Math.max(1, 2);",
  'export const it = ["b", "a"].sort();',
  "export const it = (Date: string) => Date;",
];

const PLACES = [
  "packages/core/src",
  "packages/actors/src",
  "packages/testing/src",
  "packages/testing/src/simulation",
  "packages/testing/src/explore",
];

describe("lint", () => {
  test("rejects everything that gives time, chance or results that differ between engines", () => {
    const lines: Record<string, string> = {};
    const expected: Record<string, readonly string[]> = {};
    for (const [at, place] of PLACES.entries()) {
      for (const [which, [line, rule]] of BANNED.entries()) {
        const path = `${place}/banned-${at}-${which}.ts`;
        lines[path] = line;
        expected[path] = [rule];
      }
      for (const [which, line] of ALLOWED.entries()) {
        const path = `${place}/allowed-${at}-${which}.ts`;
        lines[path] = line;
        expected[path] = [];
      }
    }
    expect(lint(lines)).toEqual(expected);
  });

  test("allows the named files to use time, but not to end the process", () => {
    expect(
      lint({
        "packages/actors/src/supervision/restarts.ts":
          "export const it = performance.now() + Math.random();",
        "packages/actors/src/threads/worker.ts": "process.exit();",
        "packages/testing/src/workers/any.ts": "export const it = Date.now();",
      }),
    ).toEqual({
      "packages/actors/src/supervision/restarts.ts": [],
      "packages/actors/src/threads/worker.ts": [PROPERTY],
      "packages/testing/src/workers/any.ts": [],
    });
  });
});
