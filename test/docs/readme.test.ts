import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Cluster } from "@kontiki/actors";
import { describe, expect, onTestFinished, test } from "vitest";
import { claimedOutput, examplesIn, runExample, writeExamples } from "./support/examples.ts";

const EMBEDDING = ["README.md", "packages/actors/src/cluster/cluster.ts"];

/** Files whose docstrings have examples that run for themselves. */
const OTHERS = [
  "packages/actors/src/machine/key-value.ts",
  "packages/core/src/entry.ts",
  "packages/core/src/memory-log.ts",
  "packages/core/src/quorum.ts",
  "packages/core/src/step.ts",
];

/** An example that vitest runs is a test of its own, next to this one. */
const VITEST = "@kontiki/testing/vitest";

describe.each([...EMBEDDING, ...OTHERS])("the examples of %s", (path) => {
  const examples = examplesIn(path).filter(({ source }) => !source.includes(VITEST));
  const programs = examples.filter(({ isModule }) => !isModule);
  const modules = examples.filter(({ isModule }) => isModule);

  test("show what they are to show", () => {
    const shown = EMBEDDING.includes(path) ? "Cluster.start(" : ' } from "@kontiki/';
    expect(programs.map(({ source }) => source).join("\n")).toContain(shown);
  });

  test.each(programs)("print what they say: $name", async (example) => {
    const folder = writeExamples(examples);
    const { status, lines, stderr } = await runExample(folder, example);
    expect({ status, lines, stderr }).toEqual({
      status: 0,
      lines: claimedOutput(example),
      stderr: "",
    });
  });

  test.each(modules)("are state machines: $name", async ({ name }) => {
    const folder = writeExamples(examples);
    const stateMachine = pathToFileURL(join(folder, name));
    const cluster = await Cluster.start({ nodes: 1, stateMachine });
    onTestFinished(() => cluster.stop());
    expect(cluster.status()).toMatchObject([{ life: { type: "running" } }]);
  });
});

test("the README shows the example that vitest runs", () => {
  const shown = examplesIn("README.md").filter(({ source }) => source.includes(VITEST));
  const run = readFileSync(new URL("bank.test.ts", import.meta.url), "utf8");
  expect(shown.map(({ source }) => source)).toEqual([run]);
});
