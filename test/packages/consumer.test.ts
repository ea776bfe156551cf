import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { LIBRARIES, write } from "./support/consumer.ts";
import {
  create,
  createdProject,
  installTarballs,
  withDependenciesOf,
  type Created,
} from "./support/created.ts";
import { Installed } from "./support/installed.ts";
import { output, run } from "./support/process.ts";
import { claims, readmeExamples } from "./support/readme.ts";
import { ROOT } from "./support/tarballs.ts";
import { temporaryFolder } from "./support/temporary.ts";

/** All tests are of one project: to install one takes longer than most of them. */
let project: Created;
/** What it is before anything is installed. */
let manifest = "";

beforeAll(async () => {
  project = await createdProject();
  manifest = textOf("package.json");
  await installTarballs(project.folder);
});

function textOf(file: string, folder = project.folder): string {
  return readFileSync(join(folder, file), "utf8");
}

/** What npm prints, which must succeed. */
async function npm(command: string): Promise<string> {
  return stripVTControlCharacters(await output(["npm", ...command.split(" ")], project.folder));
}

/** A script of a project in the shell that npm gives it, without the second that npm itself takes. */
function script(name: string, folder: string, ...args: readonly string[]): readonly string[] {
  const { scripts = {} } = JSON.parse(textOf("package.json", folder)) as {
    readonly scripts?: Readonly<Record<string, string>>;
  };
  const command = [scripts[name] ?? `no script ${name}`, ...args].join(" ");
  return ["sh", "-c", `PATH="$PWD/node_modules/.bin:$PATH"; export PATH; ${command}`];
}

/** What a script prints that must succeed. */
async function printedBy(
  name: string,
  folder: string,
  ...args: readonly string[]
): Promise<string> {
  return stripVTControlCharacters(await output(script(name, folder, ...args), folder));
}

function started(balance: number): RegExp {
  const ok = String.raw`\{ type: 'ok', value: ${balance} \}`;
  return new RegExp(
    String.raw`(?:^|\n)deposit 10: ${ok}\n(n\d) crashed; (?!\1)n\d leads\nbalance: ${ok}\n$`,
  );
}

describe("a project by npm create", () => {
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
    expect(project.printed).toContain("\n\n  cd 'My Bank'\n  npm install\n  npm test\n\n");
  });

  test("npm test passes", async () => {
    expect(await npm("test")).toMatch(/Tests {2}3 passed \(3\)/);
  });

  test("npm run typecheck passes", async () => {
    await printedBy("typecheck", project.folder);
  });

  test("npm run simulate finds nothing", async () => {
    const text = await npm("run simulate -- --seed 1 --seeds 3 --jobs 1");
    expect(text).toContain("\nvalid: 3 runs ");
  });

  test("npm start keeps what it was told, from one run to the next", async () => {
    expect(await npm("start")).toMatch(started(10));
    expect(await printedBy("start", project.folder)).toMatch(started(20));
  });

  test("npm ci takes the lock that npm install wrote", async () => {
    await npm("ci --dry-run --prefer-offline --ignore-scripts --no-audit --no-fund");
  });

  test("the change that the README suggests fails with a story, in the scenario alone", async () => {
    const folder = join(project.home, "broken");
    const isNotInstalled = (path: string): boolean => !/node_modules|kontiki-data/.test(path);
    cpSync(project.folder, folder, { recursive: true, filter: isNotInstalled });
    withDependenciesOf(project.folder, folder);
    const [, removed = "", added = ""] = /^-( .*\n)\+( .*\n)/m.exec(textOf("README.md")) ?? [];
    const machine = textOf("machine.ts", folder);
    const broken = machine.replace(removed, added);
    expect(broken).not.toBe(machine);
    writeFileSync(join(folder, "machine.ts"), broken);

    const { status, ...texts } = await run(script("test", folder), folder);
    const stdout = stripVTControlCharacters(texts.stdout);
    const stderr = stripVTControlCharacters(texts.stderr);
    expect(status).toBe(1);
    expect(stdout).toMatch(/Tests {2}1 failed \| 2 passed \(3\)/);
    expect(stderr).toMatch(/Error: snapshot: n\d: your snapshot loses something/);
    expect(stderr).toMatch(/\n *ms +n1\b/);
    expect(stderr).toMatch(/\nreplay: KONTIKI_TOKEN=\S+ npx vitest run machine\.test\.ts/);
  });

  test("a project in JavaScript has its scripts as well", async () => {
    await create(project.home, "plain", "--javascript");
    const folder = withDependenciesOf(project.folder, join(project.home, "plain"));
    expect(await printedBy("test", folder)).toMatch(/Tests {2}3 passed \(3\)/);
    const seeds = ["--seed", "1", "--seeds", "1", "--jobs", "1"];
    expect(await printedBy("simulate", folder, ...seeds)).toMatch(/^valid: /m);
    expect(await printedBy("start", folder)).toMatch(started(10));
  });
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
  join(project.folder, "node_modules/typescript/bin/tsc"),
  ...STRICT,
  ...options,
];

const linesOf = (text: string): readonly string[] =>
  text.replaceAll("'", '"').trimEnd().split("\n");

describe("what is installed", () => {
  let folder = "";

  beforeAll(() => {
    folder = withDependenciesOf(project.folder, temporaryFolder("consumer"));
    write(folder, "package.json", JSON.stringify({ private: true, type: "module" }));
  });

  test("the embedding runs as it is, in JavaScript", async () => {
    const examples = readmeExamples(project.folder, "actors");
    const [{ source } = { source: "" }] = examples;
    expect(source).toContain("Cluster.start(");
    write(folder, "embed.js", source);
    expect(linesOf(await output([NODE, "embed.js"], folder))).toEqual(claims(examples));
  });

  test("the READMEs compile as strict TypeScript with all declarations, and print what they say", async () => {
    const examples = LIBRARIES.flatMap((name) => readmeExamples(project.folder, name));
    for (const { name, source } of examples) write(folder, name, source);
    const all = ENTRIES.map((entry, at) => `export type * as e${at} from "${entry}";\n`);
    write(folder, "entries.ts", all.join(""));
    const files = ["entries.ts", ...examples.map(({ name }) => name)];

    await output(tsc("--module", "nodenext", "--outDir", "out", ...files), folder);
    const bundler = ["--module", "esnext", "--moduleResolution", "bundler", "--noEmit"];
    await output(tsc(...bundler, "--lib", "es2023", ...files), folder);

    const programs = examples.filter(({ name }) => !name.endsWith(".test.ts"));
    // The embedding has run, as it is.
    for (const example of programs.filter(({ name }) => name !== "actors-1.ts")) {
      const program = join("out", example.name.replace(/\.ts$/, ".js"));
      expect(linesOf(await output([NODE, program], folder))).toEqual(claims([example]));
    }
    expect(programs.map(({ name }) => name)).toEqual(["core-1.ts", "actors-1.ts", "testing-2.ts"]);
  });

  test("test.sim runs with the vitest of this repository", async () => {
    const [{ name, source } = { name: "", source: "" }] = readmeExamples(project.folder, "testing");
    write(folder, name, source);
    const vitest = join(folder, "node_modules/vitest/vitest.mjs");
    const printed = await output([NODE, vitest, "run", "--dir", ".", name], folder);
    expect(printed).toMatch(/Tests +1 passed/);
  });

  test("every entry point but that of vitest can be required", async () => {
    const entries = ENTRIES.filter((entry) => !entry.endsWith("/vitest"));
    const loads = entries.map((entry) => `typeof require("${entry}")`);
    write(folder, "require.cjs", `console.log(${loads.join(", ")});\n`);
    const { status, stdout } = await run([NODE, "require.cjs"], folder);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${entries.map(() => "object").join(" ")}\n`,
    });
  });

  test("npx kontiki up runs commands from a pipe, and --version is that of the package", async () => {
    const commands = "put greeting ahoy\ncrash leader\nget greeting\n";
    const printed = await output(["npx", "kontiki", "up", "--memory"], folder, commands);
    expect(printed).toMatch(/^ok\nn[123] crashed\nahoy\n$/);
    const { version } = new Installed(project.folder, "cli").manifest;
    expect(await output(["node_modules/.bin/kontiki", "--version"], folder)).toBe(`${version}\n`);
  });

  test("the files that a campaign and a page read are found", async () => {
    const kontiki = ["node_modules/.bin/kontiki"];
    const ran = await output(
      [...kontiki, "run", "basic_agree", "--seeds", "2", "--jobs", "1"],
      folder,
    );
    expect(ran).toMatch(/basic_agree/);
    const history = `{"type":"operation","process":"a","f":"write","value":3,"call":0,"return":4,"status":"ok"}\n`;
    write(folder, "history.jsonl", history);
    const check = ["check", "history.jsonl", "--model", "register", "--html", "page.html"];
    expect(await output([...kontiki, ...check], folder)).toMatch(/^valid: 1 operation/);
    expect(readFileSync(join(folder, "page.html"), "utf8")).toMatch(
      /<style>.+<script>.+<\/script>/s,
    );
  });
});
