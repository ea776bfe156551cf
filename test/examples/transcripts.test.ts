import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isTestedTogether, testedTogether } from "../docs/support/example-tests.ts";
import { blocksOf, exampleFolders, ROOT } from "../docs/support/pages.ts";
import { matches, playedSteps, stepsOf } from "../docs/support/transcript.ts";

/** Commands start a test runner or simulations: what they take says something of the machine, not of them. */
const TIMEOUT_MS = 120_000;

describe.each(exampleFolders())("%s", (folder) => {
  const readme = join(folder, "README.md");
  const transcripts = blocksOf(readme).filter(({ language }) => language === "console");

  test("has a transcript", () => {
    expect(transcripts.length).toBeGreaterThan(0);
  });

  test.each(transcripts)(
    "prints what its README shows in line $line",
    { timeout: TIMEOUT_MS },
    async ({ text }) => {
      const steps = stepsOf(text);
      if (isTestedTogether(folder, steps)) {
        const lines = await testedTogether(folder);
        const shown = steps[0]?.output ?? [];
        expect(matches(shown, lines) ? shown : lines).toEqual(shown);
      } else expect(await playedSteps(steps, join(ROOT, folder))).toEqual(steps);
    },
  );
});

describe("a transcript", () => {
  test("shows another status, and other lines", async () => {
    const steps = stepsOf("$ echo one; false\nanother\n$ true\n$ (exit 3)\n$ echo $?\n4\n");
    expect(await playedSteps(steps, ROOT)).toEqual([
      { command: "echo one; false", output: ["one", "(exit status 1)"] },
      { command: "true", output: [] },
      { command: "(exit 3)", output: [] },
      { command: "echo $?", output: ["3"] },
    ]);
  });

  test.each([
    [["a", "...", "c"], ["a", "b", "b", "c"], true],
    [["a", "...", "c"], ["a", "c"], true],
    [["a", "...", "c"], ["a", "c", "d"], false],
    [["..."], [], true],
    [["a"], ["a", "b"], false],
    [["a 12ms"], ["a"], true],
    [["a (...), c."], ["a (b), c."], true],
    [["a (...), c."], ["a (b), cd"], false],
  ])("of %j and %j", (expected, lines, agree) => {
    expect(matches(expected, lines)).toBe(agree);
  });
});
