import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LIBRARIES } from "./support/consumer.ts";
import { output, run } from "./support/process.ts";
import { packedTarballs, ROOT } from "./support/tarballs.ts";

/** Where a user stands, outside of the workspace. */
const HOME = mkdtempSync(join(tmpdir(), "kontiki-create-"));
const PROJECT = join(HOME, "My Bank");
const INSTALL = [
  "npm",
  "install",
  "--prefer-offline",
  "--ignore-scripts",
  "--no-audit",
  "--no-fund",
];

/** Runs the program as `npm create` does, from its tarball. */
async function create(...argv: readonly string[]): Promise<string> {
  const tarball = (await packedTarballs()).get("create-kontiki") ?? "";
  const command = ["npm", "exec", "--yes", "--prefer-offline", `--package=${tarball}`, "--"];
  return output([...command, "create-kontiki", ...argv], HOME);
}

let printed = "";
let manifest = "";

beforeAll(async () => {
  printed = await create("My Bank");
  manifest = textOf("package.json");
  const tarballs = await packedTarballs();
  const packages = LIBRARIES.map((name) => tarballs.get(name) ?? "");
  await output([...INSTALL, ...packages], PROJECT);
});

afterAll(() => rmSync(HOME, { recursive: true, force: true }));

function textOf(file: string, folder = PROJECT): string {
  return readFileSync(join(folder, file), "utf8");
}

/** What the installed project needs is taken by another one. */
function withDependencies(folder: string): string {
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

/** What a script prints that must succeed. */
async function npm(command: string, folder = PROJECT): Promise<string> {
  return stripVTControlCharacters(await output(["npm", ...command.split(" ")], folder));
}

test("a project names the versions that were released together", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly version: string;
  };
  const { dependencies, devDependencies, name } = JSON.parse(manifest) as {
    readonly name: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  expect([name, dependencies]).toEqual(["my-bank", { "@kontiki/actors": version }]);
  const { "@kontiki/cli": cli, "@kontiki/testing": testing, ...others } = devDependencies;
  expect([cli, testing]).toEqual([version, version]);
  for (const exact of Object.values(others)) expect(exact).toMatch(/^\d+\.\d+\.\d+$/);
});

test("the commands that are printed are the next ones", () => {
  expect(printed).toContain("\n\n  cd 'My Bank'\n  npm install\n  npm test\n\n");
});

test("npm test passes", async () => {
  expect(await npm("test")).toMatch(/Tests {2}3 passed \(3\)/);
});

test("npm run typecheck passes", async () => {
  await npm("run typecheck");
});

test("npm run simulate finds nothing", async () => {
  const text = await npm("run simulate -- --seed 1 --seeds 3 --jobs 1");
  expect(text).toContain("\nvalid: 3 runs ");
});

test("npm start keeps what it was told, from one run to the next", async () => {
  for (const balance of [10, 20]) expect(await npm("start")).toMatch(started(balance));
});

function started(balance: number): RegExp {
  const ok = String.raw`\{ type: 'ok', value: ${balance} \}`;
  return new RegExp(
    String.raw`\ndeposit 10: ${ok}\n(n\d) crashed; (?!\1)n\d leads\nbalance: ${ok}\n$`,
  );
}

test("npm ci takes the lock that npm install wrote", async () => {
  await npm("ci --dry-run --prefer-offline --ignore-scripts --no-audit --no-fund");
});

test("the change that the README suggests fails with a story, in the scenario alone", async () => {
  const folder = join(HOME, "broken");
  const isNotInstalled = (path: string): boolean => !/node_modules|kontiki-data/.test(path);
  cpSync(PROJECT, folder, { recursive: true, filter: isNotInstalled });
  withDependencies(folder);
  const [, removed = "", added = ""] = /^-( .*\n)\+( .*\n)/m.exec(textOf("README.md")) ?? [];
  const machine = textOf("machine.ts", folder);
  const broken = machine.replace(removed, added);
  expect(broken).not.toBe(machine);
  writeFileSync(join(folder, "machine.ts"), broken);

  const { status, ...texts } = await run(["npm", "test"], folder);
  const stdout = stripVTControlCharacters(texts.stdout);
  const stderr = stripVTControlCharacters(texts.stderr);
  expect(status).toBe(1);
  expect(stdout).toMatch(/Tests {2}1 failed \| 2 passed \(3\)/);
  expect(stderr).toMatch(/Error: snapshot: n\d: your snapshot loses something/);
  expect(stderr).toMatch(/\n *ms +n1\b/);
  expect(stderr).toMatch(/\nreplay: KONTIKI_TOKEN=\S+ npx vitest run machine\.test\.ts/);
});

test("a project in JavaScript has its scripts as well", async () => {
  await create("plain", "--javascript");
  const folder = withDependencies(join(HOME, "plain"));
  expect(await npm("test", folder)).toMatch(/Tests {2}3 passed \(3\)/);
  expect(await npm("run simulate -- --seed 1 --seeds 1 --jobs 1", folder)).toContain("\nvalid: ");
  expect(await npm("start", folder)).toMatch(started(10));
});
