import { execFileSync } from "node:child_process";
import { cwd } from "node:process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf, placeOf, runLine } from "../../../packages/testing/src/vitest/test-place.ts";

const file = "a.test.ts";

/** The arguments that a shell parses from a line, after the assignment. */
function wordsOf(line: string): readonly string[] {
  const script = `set -- ${line.slice(line.indexOf(" "))}; for word; do printf '%s\\0' "$word"; done`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

test("a test is identified by its file and the names of its suites", ({ task }) => {
  const inner = {
    name: "adds",
    suite: { name: "of two", suite: { name: "sums" } },
    file: { filepath: join(cwd(), "test", file) },
  };
  expect(placeOf(inner)).toEqual({ file: `test/${file}`, fullName: "sums of two adds" });
  expect(placeOf(task).file).toMatch(/testing\/vitest\/test-place\.test\.ts$/);
});

test.each(["sum (a+b) = 5? [x] $5 * 2", "it's `id` $(id) \\ \"!", "a\nb", "a|^b$ {1}", "日本"])(
  "the line runs exactly the test with this name: %j",
  (fullName) => {
    const words = wordsOf(runLine("KONTIKI_SEED=1", { file, fullName }));
    expect(words.slice(0, -1)).toEqual(["npx", "vitest", "run", file, "-t"]);
    const pattern = new RegExp(words.at(-1) ?? "");
    expect([fullName, `${fullName}s`, `a ${fullName}`].map((name) => pattern.test(name))).toEqual([
      true,
      false,
      false,
    ]);
  },
);

test("a path with a space is one argument", () => {
  expect(wordsOf(runLine("A=1", { file: "my tests/a.test.ts", fullName: "b" }))[3]).toBe(
    "my tests/a.test.ts",
  );
});

test("similar names have different digests", () => {
  const names = ["A b", "a-b", "日本", "本日"];
  const digests = names.map((fullName) => digestOf({ file, fullName }));
  expect(new Set([...digests, digestOf({ file: "b.test.ts", fullName: "A b" })]).size).toBe(5);
  expect(digestOf({ file, fullName: "A b" })).toBe(digests[0]);
});
