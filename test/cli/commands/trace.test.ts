/** `kontiki trace`, once in its own process: it repeats the steps that another process recorded. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EVERYTHING, record } from "../../actors/support/recorded.ts";
import { runOnFake, type Ended } from "../support/fake-host.ts";
import { kontiki, temporaryDirectory } from "../support/kontiki.ts";

const { traces } = record(EVERYTHING);
const [leader = []] = traces.values();
const restarted = traces.get("b-2") ?? [];

function saved(lines: readonly string[]): string {
  const file = join(temporaryDirectory(), "t.ndjson");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  return file;
}

function run(
  verb: string,
  lines: readonly string[],
  ...options: readonly string[]
): Promise<Ended> {
  return runOnFake(["trace", verb, saved(lines), ...options]);
}

/** The line of a trace with the first reply to a vote request, changed to a rejection. */
const VOTE = leader.findIndex((line) => line.includes('"voteReply","term":1,"granted":true')) + 1;
const differing = leader.with(
  VOTE - 1,
  (leader[VOTE - 1] ?? "").replace('"granted":true', '"granted":false'),
);

describe("trace replay", () => {
  test("repeats every step, status 0", async () => {
    for (const lines of traces.values()) {
      const { status, stdout, stderr } = await run("replay", lines);
      const text = `${lines.length - 1} steps, all the same\n`;
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: text, stderr: "" });
    }
  });

  test("repeats them in another process, too", async () => {
    const { status, stdout, stderr } = await kontiki(["trace", "replay", saved(leader)]);
    const text = `${leader.length - 1} steps, all the same\n`;
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: text, stderr: "" });
  });

  test("shows where a step differs, status 1", async () => {
    const { status, stdout, stderr } = await run("replay", differing);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toBe(
      `line ${VOTE}, voteReply from b: before.role: the trace has {"type":"candidate","votes":["a"]}, ` +
        "the core has nothing (and after.role, effects.0, effects.1, effects.2, effects.3)\n",
    );
  });

  test("reports a file that ends in the middle of a line, as a killed node leaves it", async () => {
    const file = join(temporaryDirectory(), "cut.ndjson");
    writeFileSync(file, leader.slice(0, 9).join("\n").slice(0, -1));
    const { status, stdout, stderr } = await runOnFake(["trace", "replay", file]);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: "7 steps, all the same\n",
      stderr: `kontiki: ${file} ends in the middle of a line, which is left out\n`,
    });
  });

  test("--json prints one object, with the same status", async () => {
    const same = await run("replay", restarted, "--json");
    const steps = restarted.length - 1;
    expect(same).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(same.stdout)).toEqual({ same: true, steps, differences: [] });
    const other = await run("replay", differing, "--json");
    expect(other.status).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({
      same: false,
      steps: VOTE - 1,
      differences: [{ line: VOTE, path: "before.role" }, ...Array<unknown>(5).fill({ line: VOTE })],
    });
  });
});

describe("trace show", () => {
  test("prints one line for each step, in columns", async () => {
    const { status, stdout, stderr } = await run("show", restarted);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "b begins in term 2 with a vote for b, a log from 1 to 15
      line  event                                                                       role      term  commit  effects
         2  from d/1: appendEntries term 3, after 14@2 nothing, commit 15, round 2      follower     3      14  save term 3, vote none; reset election timer; commit up to 14; appendAccepted to d
         3  from d/1: appendEntries term 3, after 14@2 [15@3 noop], commit 15, round 2  follower     3      15  reset election timer; truncate after 14; append [15@3 noop]; commit up to 15; appendAccepted to d
         4  durable up to 15@3                                                          follower     3      15
         5  from d/1: appendEntries term 3, after 15@3 nothing, commit 15, round 3      follower     3      15  reset election timer; appendAccepted to d
         6  from d/1: appendEntries term 3, after 15@3 nothing, commit 15, round 4      follower     3      15  reset election timer; appendAccepted to d
      "
    `);
  });

  test("prints --count lines from --from on", async () => {
    const { stdout } = await run("show", leader, "--from", "10", "--count", "3");
    const numbers = stdout.split("\n").map((line) => line.trim().split(" ")[0]);
    expect(numbers).toEqual(["a", "line", "10", "11", "12", ""]);
  });

  test("also shows a step that differs: it only reads", async () => {
    const { status, stdout } = await run("show", differing, "--from", `${VOTE}`, "--count", "1");
    expect(status).toBe(0);
    expect(stdout).toMatch(/voteReply term 1, refused +leader +1 +0 /);
  });
});

describe("an unreadable file is one line and status 2", () => {
  test.each(["replay", "show"])("%s of a missing file", async (verb) => {
    const { status, stdout, stderr } = await runOnFake(["trace", verb, "/nowhere/t.ndjson"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^kontiki: cannot read the trace \/nowhere\/t.ndjson: .*\n$/);
  });

  test.each(["replay", "show"])("%s of a broken line, with its number", async (verb) => {
    const { status, stderr } = await run(verb, leader.with(6, "{"));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^kontiki: .*t.ndjson: line 7: it cannot be read: .*\n$/);
  });

  test("a file with something else in it", async () => {
    const { status, stderr } = await run("replay", ['{"a":1}']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/t.ndjson: line 1: it does not open a trace: it has no format\n$/);
  });
});

describe("bad usage is one line and status 2", () => {
  test.each([
    [["replay"], "missing required argument 'file'"],
    [["replay", "a", "b"], "too many arguments"],
    [["replay", ""], "It must be the path of a file."],
    [["show", "a", "--from", "0"], "It must be a whole number from 1 to"],
    [["show", "a", "--count", "x"], "It must be a whole number from 1 to"],
    [["look"], "unknown command 'look'"],
  ])("%j", async (args, message) => {
    const { status, stdout, stderr } = await runOnFake(["trace", ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^kontiki: .*\n$/);
    expect(stderr).toContain(message);
  });
});

test.each([[[]], [["replay"]], [["show"]]])("the help of %j shows examples", async (words) => {
  const { status, stdout, stderr } = await runOnFake(["trace", ...words, "--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("\nExamples:\n  $ kontiki trace ");
});
