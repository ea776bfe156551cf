import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import manifest from "../../packages/create-kontiki/package.json" with { type: "json" };
import { filesIn, Stage, textOf } from "./support/stage.ts";

const COMMON = [".gitignore", "README.md", "package.json", "start.js"];
const MODULES = ["machine.test", "machine", "model", "scenario"];
const TYPESCRIPT = [...COMMON, ...MODULES.map((name) => `${name}.ts`), "tsconfig.json"].sort();
const JAVASCRIPT = [...COMMON, ...MODULES.map((name) => `${name}.js`)].sort();

/** What is printed when a project was created. */
function created(folder: string, ...steps: readonly string[]): string {
  const lines = steps.map((step) => `  ${step}\n`).join("");
  return `The project is in ${folder}. Next:\n\n${lines}\nREADME.md says what is there and what to try.\n`;
}

function nameIn(...path: readonly string[]): unknown {
  return (JSON.parse(textOf(...path, "package.json")) as { readonly name: string }).name;
}

test("a folder, named by an argument", async () => {
  const stage = new Stage();
  expect(await stage.run("my-bank")).toEqual({
    status: 0,
    stdout: created("my-bank", "cd my-bank", "npm install", "npm test"),
    stderr: "",
  });
  expect(filesIn(join(stage.cwd, "my-bank"))).toEqual(TYPESCRIPT);
  expect(nameIn(stage.cwd, "my-bank")).toBe("my-bank");
});

test("in JavaScript", async () => {
  const stage = new Stage();
  expect((await stage.run("my-bank", "--javascript")).status).toBe(0);
  expect(filesIn(join(stage.cwd, "my-bank"))).toEqual(JAVASCRIPT);
});

test("the working directory", async () => {
  const stage = new Stage();
  mkdirSync(join(stage.cwd, ".git"));
  expect(await stage.run(".")).toEqual({
    status: 0,
    stdout: created(".", "npm install", "npm test"),
    stderr: "",
  });
  expect(filesIn(stage.cwd)).toEqual([".git", ...TYPESCRIPT].sort());
});

test.each([
  ["pnpm/11.0.0 npm/? node/v24.0.0 linux x64", "pnpm install", "pnpm test"],
  ["yarn/4.9.1 npm/? node/v24.0.0 linux x64", "yarn install", "yarn test"],
  ["bun/1.3.0 npm/? node/v24.3.0 linux x64", "bun install", "bun run test"],
  ["npm/11.0.0 node/v24.0.0 linux x64", "npm install", "npm test"],
  ["deno/2.0.0", "npm install", "npm test"],
])("the next commands are of the package manager %s", async (agent, install, run) => {
  const stage = new Stage({ env: { npm_config_user_agent: agent } });
  expect((await stage.run("bank")).stdout).toBe(created("bank", "cd bank", install, run));
});

test("a folder that a shell would take for several words is quoted", async () => {
  const stage = new Stage();
  const { stdout } = await stage.run("ann's bank");
  expect(stdout).toBe(
    created("ann's bank", String.raw`cd 'ann'\''s bank'`, "npm install", "npm test"),
  );
  expect(nameIn(stage.cwd, "ann's bank")).toBe("ann-s-bank");
});

test("a folder in use", async () => {
  const stage = new Stage();
  writeFileSync(join(stage.cwd, "mine.txt"), "mine");
  expect(await stage.run(".")).toEqual({
    status: 1,
    stdout: "",
    stderr:
      "create-kontiki: . is not empty: name another folder, or add --force to put the project beside what is there\n",
  });
  expect((await stage.run(".", "--force")).status).toBe(0);
  const { status, stderr } = await stage.run(".", "--force");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^create-kontiki: \. already has package\.json, .*: move them away first\n$/,
  );
});

test.each([
  [[], "no terminal to ask for the folder: name it, as in npm create kontiki my-bank"],
  [[" "], "the folder's name is empty: name one, or . for this one"],
  [["a", "b"], "too many arguments. Expected 1 argument but got 2."],
  [["a", "--typescript"], "unknown option '--typescript'"],
])("wrong usage: %j", async (argv, message) => {
  const stage = new Stage();
  const printed = { status: 2, stdout: "", stderr: `create-kontiki: ${message}\n` };
  expect(await stage.run(...argv)).toEqual(printed);
  expect(filesIn(stage.cwd)).toEqual([]);
});

test("help has examples and exit statuses, and the version is the package's", async () => {
  const stage = new Stage();
  const { status, stdout } = await stage.run("--help");
  expect([status, stdout]).toEqual([0, stage.stdout.text]);
  expect(stdout).toContain("$ npm create kontiki my-bank -- --javascript\n");
  expect(stdout).toContain("Exit status: 0 the project is created, 1 ");
  expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
  expect(await stage.run("--version")).toEqual({
    status: 0,
    stdout: `${manifest.version}\n`,
    stderr: "",
  });
});

const QUESTION = "Folder for the project (my-bank): ";

test.each([
  ["our-bank\r", "our-bank"],
  ["\r", "my-bank"],
])("on a terminal the folder is asked for: %j", async (typed, folder) => {
  const stage = new Stage({ tty: true });
  const running = stage.run();
  await stage.stdout.until(QUESTION);
  stage.stdin.write(typed);
  expect((await running).status).toBe(0);
  expect(filesIn(stage.cwd)).toContain(join(folder, "package.json"));
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("%s at the question leaves everything as it was", async (_name, typed) => {
  const stage = new Stage({ tty: true });
  const running = stage.run();
  await stage.stdout.until(QUESTION);
  stage.stdin.write(typed);
  expect((await running).status).toBe(130);
  expect(filesIn(stage.cwd)).toEqual([]);
});

test("the end of the input at the question as well", async () => {
  const stage = new Stage({ tty: true });
  const running = stage.run();
  await stage.stdout.until(QUESTION);
  stage.stdin.end();
  expect((await running).status).toBe(130);
});
