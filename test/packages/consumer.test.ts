import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { LIBRARIES, npmProject, write } from "./support/consumer.ts";
import { Installed } from "./support/installed.ts";
import { output, run } from "./support/process.ts";
import { claims, readmeExamples } from "./support/readme.ts";

let project: string;

beforeAll(async () => {
  project = await npmProject();
});

/** All that a user can import: with `skipLibCheck` off, every declaration that these lead to is checked. */
const ENTRIES = [
  "@kontiki/core",
  "@kontiki/actors",
  "@kontiki/actors/node",
  "@kontiki/actors/runtime",
  "@kontiki/actors/platform",
  "@kontiki/actors/threads",
  "@kontiki/testing",
  "@kontiki/testing/browser",
  "@kontiki/testing/vitest",
  "@kontiki/nats",
  "@kontiki/cli",
];

const NODE = process.execPath;

const STRICT = [
  "--strict",
  "--skipLibCheck",
  "false",
  "--target",
  "es2023",
  "--exactOptionalPropertyTypes",
];

const tsc = (...options: readonly string[]): readonly string[] => [
  NODE,
  join(project, "node_modules/typescript/bin/tsc"),
  ...STRICT,
  ...options,
];

const linesOf = (text: string): readonly string[] =>
  text.replaceAll("'", '"').trimEnd().split("\n");

describe("after npm install", () => {
  test("the embedding runs as it is, in JavaScript", async () => {
    const examples = readmeExamples(project, "actors");
    const [{ source } = { source: "" }] = examples;
    expect(source).toContain("Cluster.start(");
    write(project, "embed.js", source);
    expect(linesOf(await output([NODE, "embed.js"], project))).toEqual(claims(examples));
  });

  test("the READMEs compile as strict TypeScript with all declarations, and print what they say", async () => {
    const examples = LIBRARIES.flatMap((name) => readmeExamples(project, name));
    for (const { name, source } of examples) write(project, name, source);
    const all = ENTRIES.map((entry, at) => `export type * as e${at} from "${entry}";\n`);
    write(project, "entries.ts", all.join(""));
    const files = ["entries.ts", ...examples.map(({ name }) => name)];

    await output(tsc("--module", "nodenext", "--outDir", "out", ...files), project);
    const bundler = ["--module", "esnext", "--moduleResolution", "bundler", "--noEmit"];
    await output(tsc(...bundler, "--lib", "es2023", ...files), project);

    const programs = examples.filter(({ name }) => !name.endsWith(".test.ts"));
    for (const example of programs) {
      const program = join("out", example.name.replace(/\.ts$/, ".js"));
      expect(linesOf(await output([NODE, program], project))).toEqual(claims([example]));
    }
    expect(programs.map(({ name }) => name)).toEqual(["core-1.ts", "actors-1.ts", "testing-2.ts"]);
  });

  test("test.sim runs with the vitest of this repository", async () => {
    const [{ name, source } = { name: "", source: "" }] = readmeExamples(project, "testing");
    write(project, name, source);
    const vitest = join(project, "node_modules/vitest/vitest.mjs");
    const printed = await output([NODE, vitest, "run", "--dir", ".", name], project);
    expect(printed).toMatch(/Tests +1 passed/);
  });

  test("every entry point but that of vitest can be required", async () => {
    const entries = ENTRIES.filter((entry) => !entry.endsWith("/vitest"));
    const loads = entries.map((entry) => `typeof require("${entry}")`);
    write(project, "require.cjs", `console.log(${loads.join(", ")});\n`);
    const { status, stdout } = await run([NODE, "require.cjs"], project);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${entries.map(() => "object").join(" ")}\n`,
    });
  });

  test("npx kontiki up runs commands from a pipe, and --version is that of the package", async () => {
    const commands = "put greeting ahoy\ncrash leader\nget greeting\n";
    const printed = await output(["npx", "kontiki", "up", "--memory"], project, commands);
    expect(printed).toMatch(/^ok\nn[123] crashed\nahoy\n$/);
    const { version } = new Installed(project, "cli").manifest;
    expect(await output(["npx", "kontiki", "--version"], project)).toBe(`${version}\n`);
  });

  test("the files that a campaign and a page read are found", async () => {
    const kontiki = ["npx", "kontiki"];
    const ran = await output(
      [...kontiki, "run", "basic_agree", "--seeds", "2", "--jobs", "1"],
      project,
    );
    expect(ran).toMatch(/basic_agree/);
    const history = `{"type":"operation","process":"a","f":"write","value":3,"call":0,"return":4,"status":"ok"}\n`;
    write(project, "history.jsonl", history);
    const check = ["check", "history.jsonl", "--model", "register", "--html", "page.html"];
    expect(await output([...kontiki, ...check], project)).toMatch(/^valid: 1 operation/);
    expect(readFileSync(join(project, "page.html"), "utf8")).toMatch(
      /<style>.+<script>.+<\/script>/s,
    );
  });
});
