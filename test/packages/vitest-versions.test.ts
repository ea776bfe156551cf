import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pnpmProject, TYPESCRIPT, write } from "./support/consumer.ts";
import { output, run } from "./support/process.ts";
import { readmeExamples } from "./support/readme.ts";

const NODE = [process.execPath];

/** The first version that is supported, with an earlier TypeScript. */
const OLDEST = { vitest: "3.2.0", typescript: "5.9.3", "@types/node": "20.19.43" };

/** The newest of each. Vitest 5 needs Node 22.12 or newer. */
const NEWEST = { vitest: "5.1.2", typescript: TYPESCRIPT, "@types/node": "26.6.7" };
const NEWEST_NODE = ["npx", "--yes", "--package", "node@26.10.0", "node"];

/** The program that npx runs. */
async function programOf(node: readonly string[]): Promise<readonly string[]> {
  return [await output([...node, "--eval", "process.stdout.write(process.execPath)"], tmpdir())];
}

/** A program that compiles if the declarations of vitest and of the matchers fit together. */
const MATCHERS = `import { expect } from "@kontiki/testing/vitest";
expect({}).toConverge();
expect({}).not.toBeLinearizable();
export const repeats: Promise<void> = expect({}).toBeDeterministic();
`;

const COMPILED = { status: 0, stdout: "", stderr: "" };

/** A test that fails at once: shrinking it is left out. */
const FAILING = `import { expect, test } from "@kontiki/testing/vitest";
test.sim("a wrong claim", { seeds: 1, shrinkMs: 0, duration: "300ms" }, async (sim) => {
  await sim.elected();
  expect("this page").toBe("another");
});
`;

/** A reporter that prints each annotation with the text of its attachment. */
const REPORTER = `import { readFileSync } from "node:fs";
export default class {
  onTestCaseAnnotate(test, { message, attachment: { path, contentType } = {} }) {
    const page = readFileSync(path, "utf8");
    console.log(JSON.stringify({ test: test.name, message, contentType, page }));
  }
}
`;

/** Runs the simulation of the README, and a failing test. @returns how many passed, and the annotations that vitest reports. */
async function simulated(node: readonly string[], project: string): Promise<unknown> {
  const [{ name, source } = { name: "", source: "" }] = readmeExamples(project, "testing");
  write(project, name, source);
  write(project, "failing.test.ts", FAILING);
  write(project, "reporter.mjs", REPORTER);
  const reporters = ["--reporter", "default", "--reporter", "./reporter.mjs"];
  const args = ["run", "--dir", ".", name, "failing", ...reporters];
  const { status, stdout } = await run(
    [...node, "node_modules/vitest/vitest.mjs", ...args],
    project,
  );
  const tests = /Tests +(.*)/.exec(stdout)?.[1];
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return { status, tests, annotations: lines.map((line) => JSON.parse(line) as unknown) };
}

/** The page of the failing test is attached to it. */
const SIMULATED = {
  status: 1,
  tests: "1 failed | 1 passed (2)",
  annotations: [
    {
      test: "a wrong claim",
      message: expect.stringMatching(/^seed \d+: /) as string,
      contentType: "text/html",
      page: expect.stringMatching(/<title>[^<]*a wrong claim, seed \d+/) as string,
    },
  ],
};

/** Compiles a module: with `skipLibCheck` off, all declarations that it leads to as well. */
function compile(project: string, source: string, skipLibCheck = false): ReturnType<typeof run> {
  write(project, "module.ts", source);
  const tsc = [...NODE, join(project, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict"];
  const options = [
    "--skipLibCheck",
    String(skipLibCheck),
    "--target",
    "es2023",
    "--module",
    "nodenext",
  ];
  return run([...tsc, ...options, "module.ts"], project);
}

describe("installed by pnpm, where a package sees only what it names", () => {
  test("the oldest vitest runs test.sim, and has the types of the matchers", async () => {
    const project = await pnpmProject(OLDEST);
    expect(await simulated(NODE, project)).toEqual(SIMULATED);
    // To check all declarations takes this TypeScript as long as all the rest together.
    expect(await compile(project, MATCHERS, true)).toEqual(COMPILED);
  });

  test("the newest vitest does on the newest Node", async () => {
    const project = await pnpmProject(NEWEST);
    expect(await simulated(await programOf(NEWEST_NODE), project)).toEqual(SIMULATED);
    expect(await compile(project, MATCHERS)).toEqual(COMPILED);
  });

  test("optional peers that are missing are named", async () => {
    const project = await pnpmProject({ typescript: TYPESCRIPT });
    const load = `await import("@kontiki/testing/vitest")`;
    const { status, stderr } = await run([...NODE, "--input-type=module", "--eval", load], project);
    expect({ status, line: /^KontikiError: (.*)$/m.exec(stderr)?.[1] }).toEqual({
      status: 1,
      line: "@kontiki/testing/vitest needs vitest, which is not installed: npm install --save-dev vitest",
    });

    expect(await compile(project, `export * from "@kontiki/core";\n`)).toEqual(COMPILED);
    const { stdout } = await compile(project, `export * from "@kontiki/actors";\n`);
    const complaints = stdout.trimEnd().split("\n");
    expect(complaints.length).toBeGreaterThan(0);
    const aboutNode =
      /: Cannot find (?:type definition file for 'node'|name '(?:node:\w+|Buffer)')\./;
    expect(complaints.filter((line) => !aboutNode.test(line))).toEqual([]);
  });
});
