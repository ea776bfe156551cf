import { loadScenario } from "@kontiki/testing";
import { expect, test } from "vitest";
import { docstringExamples, writeExample } from "./support/docstrings.ts";
import { claimedOutput, runProgram } from "./support/program.ts";

/** Examples that need more than they show: a data directory that has lost its majority. */
const NEED_MORE = ["recover-directory.ts"];

const examples = docstringExamples();
const programs = examples.filter(({ of, isModule }) => !isModule && !NEED_MORE.includes(of));
const scenarios = examples.filter(({ isModule }) => isModule);

test("these files have examples in their docstrings", () => {
  expect(examples.map(({ of }) => of)).toEqual([
    "cluster.ts",
    "cluster.ts",
    "cluster.ts",
    "cluster.ts",
    "recover-directory.ts",
    "errors.ts",
    "key-value.ts",
    "actor-system.ts",
    "entry.ts",
    "memory-log.ts",
    "quorum.ts",
    "step.ts",
    "define.ts",
  ]);
});

test.each(programs)("the example of $of prints what it says", async (example) => {
  const { status, lines, stderr } = await runProgram(writeExample(example));
  expect({ status, lines, stderr }).toEqual({
    status: 0,
    lines: claimedOutput(example.source),
    stderr: "",
  });
});

test.each(scenarios)("the example of $of is a scenario", async (example) => {
  expect(await loadScenario(writeExample(example))).toMatchObject({ name: "lonely_leader" });
});
