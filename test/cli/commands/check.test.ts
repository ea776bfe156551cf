/** The verdict of `kontiki check`: as text, as JSON, as a page and as exit status. */
import { run } from "@kontiki/cli";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost, runOnFake } from "../support/fake-host.ts";
import { Kontiki, temporaryDirectory } from "../support/kontiki.ts";
import { check, HARD, saved, VALID, VIOLATED } from "../support/check-command.ts";

/** So many operations that to hold them takes more than a few MiB. */
const LONG = Array.from(
  { length: 60_000 },
  (_, at) =>
    `{"type":"operation","process":"w","f":"enqueue","value":${at},"call":${at},"return":${at},"status":"ok"}`,
).join("\n");

describe("a verdict is printed, and is the exit status", () => {
  test("valid", async () => {
    expect(await check(saved("h.jsonl", VALID), "--model", "register")).toEqual({
      status: 0,
      stdout: "valid: 2 operations, linearizable as register\nchecked in ...\n",
      stderr: "",
    });
  });

  test("violated", async () => {
    expect(await check(saved("h.jsonl", VIOLATED), "--model", "register")).toEqual({
      status: 1,
      stdout: `violated: 2 operations, not linearizable as register

longest linearizable prefix: 1 operation
       1  a  write 3  [0 to 4 ms]
  then the state is 3

cannot be placed after it:
       x  b  read -> 4  [1 to 5 ms]

checked in ...
`,
      stderr: "",
    });
  });

  test("unknown, at the limit of --seconds", async () => {
    const file = saved("h.jsonl", HARD);
    const { status, stdout, stderr } = await check(file, "--model", "queue", "--seconds", "0.1");
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
    expect(stdout).toBe("unknown: 61 operations, the time limit was reached\nchecked in ...\n");
  });

  test("unknown, at the limit of --memory, which counts what the process holds", async () => {
    const options = ["--model", "queue", "--memory", "200"];
    const program = new Kontiki(["check", saved("h.jsonl", HARD), ...options]);
    const { status, stdout, stderr } = await program.exit;
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
    expect(stdout).toMatch(/^unknown: 61 operations, the memory limit was reached\n/);
  });

  test("unknown, when a limit is reached before the history is read", async () => {
    const file = saved("h.jsonl", LONG);
    const options = ["--model", "queue", "--memory", "1"];
    expect(await check(file, ...options)).toEqual({
      status: 3,
      stdout: `unknown: the memory limit was reached while ${file} was read\n`,
      stderr: "",
    });
    const { status, stdout } = await check(file, ...options, "--json");
    expect({ status, report: JSON.parse(stdout) as unknown }).toEqual({
      status: 3,
      report: { file, verdict: "unknown", model: "queue", why: "memory", while: "reading" },
    });
  });

  test("as one JSON object", async () => {
    const file = saved("h.jsonl", VIOLATED);
    const { status, stdout } = await check(file, "--model", "register", "--json");
    expect(status).toBe(1);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      file,
      format: "jsonl",
      verdict: "violated",
      model: "register",
      unit: "ms",
      operations: 2,
      elapsedMs: expect.any(Number) as number,
      steps: expect.any(Number) as number,
      configurations: expect.any(Number) as number,
      object: "",
      prefix: [{ process: "a", operation: "write 3", status: "ok", call: 0, return: 4 }],
      state: "3",
      otherStates: [],
      unplaced: [{ process: "b", operation: "read -> 4", status: "ok", call: 1, return: 5 }],
    });
  });
});

describe("standard input", () => {
  test("is read for the name -", async () => {
    const { status, stdout } = await runOnFake(["check", "-", "--model", "register"], VIOLATED);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^violated: 2 operations/);
  });

  test("is named in errors", async () => {
    const { status, stderr } = await runOnFake(["check", "-", "--model", "register"], `${VALID}{`);
    expect([status, stderr]).toEqual([
      2,
      "kontiki: standard input:5:2: the line ends within its JSON: each line has one object (read as jsonl)\n",
    ]);
  });

  test("is left when the program is interrupted", async () => {
    const host = new FakeHost();
    const status = run(["check", "-", "--model", "register"], host, async () => new FakeCluster());
    host.interrupt("SIGINT");
    expect(await status).toBe(130);
  });
});

describe("a page", () => {
  test("is written with any verdict, and is one file that loads nothing else", async () => {
    for (const [text, status, words] of [
      [VALID, 0, "h.jsonl: linearizable"],
      [VIOLATED, 1, "h.jsonl: not linearizable"],
    ] as const) {
      const html = join(temporaryDirectory(), "report.html");
      const file = saved("h.jsonl", text);
      expect((await check(file, "--model", "register", "--html", html)).status).toBe(status);
      const page = readFileSync(html, "utf8");
      expect(page).toContain(words);
      expect(page).toContain("leader n1, term 2");
      expect(page).not.toMatch(/https?:|src=|href=|@import|url\(/);
    }
  });

  test("that cannot be written is an error of the tool, not a verdict", async () => {
    const html = join(temporaryDirectory(), "none", "report.html");
    const file = saved("h.jsonl", VALID);
    expect(await check(file, "--model", "register", "--html", html)).toEqual({
      status: 4,
      stdout: "",
      stderr: `kontiki: cannot write ${html}: no such file or directory\n`,
    });
    expect(existsSync(html)).toBe(false);
  });
});

test("a result that cannot be written is an error of the tool", async () => {
  const host = new FakeHost();
  const refuse = (_chunk: string, _encoding: string, done: (error: Error) => void): void =>
    done(new Error("no space left on device"));
  Object.assign(host.stdout, { _write: refuse });
  const argv = ["check", saved("h.jsonl", VALID), "--model", "register"];
  expect(await run(argv, host, async () => new FakeCluster())).toBe(4);
  expect(host.stderr.text).toBe("kontiki: cannot write the output: no space left on device\n");
});
