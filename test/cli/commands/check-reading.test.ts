/** How `kontiki check` reads a history: its format, and what is assumed of operations that the file leaves open. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runOnFake } from "../support/fake-host.ts";
import { temporaryDirectory } from "../support/kontiki.ts";
import { check, HARD, saved, VALID, VIOLATED } from "../support/check-command.ts";

describe("a format", () => {
  const LOG =
    "INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\t:read\tnil\n";
  const EDN = "{:process 0 :type :invoke :f :read :value nil}\n";

  test.each([
    ["jepsen", LOG],
    ["edn", EDN],
    ["jsonl", VALID],
  ])("%s is detected from its beginning", async (format, text) => {
    const { stdout, status } = await check(saved("history", text), "--model", "register", "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format, verdict: "valid" });
  });

  test("of the option has precedence", async () => {
    const { status, stderr } = await check(
      saved("h", LOG),
      "--model",
      "register",
      "--format",
      "edn",
    );
    expect(status).toBe(2);
    expect(stderr).toContain(":1:1: not a map such as");
  });
});

describe("the reading of a history", () => {
  const EDN = `{:process 0, :type :invoke, :f :write, :value 4}
{:process 0, :type :ok, :f :write, :value 4}
{:process 1, :type :invoke, :f :cas, :value [4 5]}
{:process 1, :type :fail, :f :cas, :value [4 5]}
{:process 0, :type :invoke, :f :read, :value nil}
{:process 0, :type :ok, :f :read, :value 4}
`;

  test("is part of the text, the JSON and the page: an operation that failed had no effect", async () => {
    const file = saved("h.edn", EDN);
    const html = join(temporaryDirectory(), "report.html");
    const { status, stdout } = await check(file, "--model", "register", "--html", html);
    expect([status, stdout]).toEqual([
      0,
      "valid: 3 operations (1 failed), linearizable as register\n" +
        "read as: an operation that ended :fail had no effect\nchecked in ...\n",
    ]);
    expect(readFileSync(html, "utf8")).toContain(
      "judged as register. Read as: an operation that ended :fail had no effect.",
    );
    const { stdout: json } = await check(file, "--model", "register", "--json");
    expect(JSON.parse(json)).toMatchObject({ reading: { failedCas: "no-effect" } });
  });

  test("of a failed cas as observed is an option", async () => {
    const options = ["--model", "register", "--failed-cas", "observed"];
    const { status, stdout } = await check(saved("h.edn", EDN), ...options);
    expect(status).toBe(1);
    expect(stdout).toContain("\nread as: a cas that ended :fail found another value\n");
    const { stdout: json } = await check(saved("h.edn", EDN), ...options, "--json");
    expect(JSON.parse(json)).toMatchObject({ reading: { failedCas: "observed" } });
  });

  test("is in the help", async () => {
    const { stdout } = await runOnFake(["check", "--help"]);
    expect(stdout).toContain(
      "In a Jepsen history, :fail says that it failed. --failed-cas observed is",
    );
  });

  test("of nil is in the help with each operation that --unknown-reads is about", async () => {
    const { stdout } = await runOnFake(["check", "--help"]);
    expect(stdout).toContain(
      "read, get, dequeue and contains that ended ok with nil or without a value, and each [:r key nil] of\n" +
        "a txn that ended ok, may have returned anything.",
    );
  });

  test("and all other fields of the JSON output are in the help", async () => {
    const help = (await runOnFake(["check", "--help"])).stdout;
    const listed = /\n--json: ([^]*?)\n\n/.exec(help)?.[1] ?? "";
    const wrongOrder = VALID.replace('"return":4', '"return":4,"order":1').replace(
      '"return":5',
      '"return":5,"order":0',
    );
    const reports = [
      await check(saved("a.jsonl", wrongOrder), "--model", "register", "--json"),
      await check(saved("b.jsonl", VIOLATED), "--model", "register", "--json", "--initial", "0"),
      await check(saved("c.jsonl", HARD), "--model", "queue", "--json", "--seconds", "0.1"),
      await check(saved("d.jsonl", HARD), "--model", "queue", "--json", "--memory", "1"),
    ];
    expect(reports.map(({ status }) => status)).toEqual([0, 1, 3, 3]);
    for (const { stdout } of reports) {
      const names = Object.keys(JSON.parse(stdout) as object);
      expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(listed))).toEqual([]);
    }
  });

  test("shows the times of the file, and judges by its order", async () => {
    const text = `{:process 0, :type :invoke, :f :write, :value 1, :time 5}
{:process 0, :type :ok, :f :write, :value 1, :time 5}
{:process 1, :type :invoke, :f :read, :value nil, :time 5}
{:process 1, :type :ok, :f :read, :value nil, :time 7}
`;
    const file = saved("h.edn", text);
    const { status, stdout } = await check(file, "--model", "register");
    expect(status).toBe(1);
    expect(stdout).toContain("x  1  read -> null  [5 to 7 ns]");
    const { stdout: json } = await check(file, "--model", "register", "--json");
    expect(JSON.parse(json)).toMatchObject({ unit: "ns", unplaced: [{ call: 5, return: 7 }] });
  });

  const KEYS = `{:process 0, :type :invoke, :f :write, :value [1 7]}
{:process 0, :type :ok, :f :write, :value [1 7]}
{:process 0, :type :invoke, :f :read, :value [2 nil]}
{:process 0, :type :ok, :f :read, :value [2 nil]}
`;

  test("of independent keys is an option, and no verdict is given when it seems to be missing", async () => {
    const file = saved("h.edn", KEYS);
    const { status, stdout, stderr } = await check(file, "--model", "register");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(
      /^kontiki: .*h\.edn:3:1: the values look like \[key value\] of independent keys: --independent judges/,
    );
    const apart = await check(file, "--model", "register", "--independent");
    expect(apart.status).toBe(0);
    expect(apart.stdout).toContain("; values are [key value]\n");
    expect((await check(file, "--model", "register", "--no-independent")).status).toBe(1);
  });

  test("may begin with a value, spelled as in the file", async () => {
    const file = saved(
      "h.jsonl",
      VALID.replace('"value":3,', '"value":"a",').replace('"output":3', '"output":0'),
    );
    expect((await check(file, "--model", "register")).status).toBe(1);
    const { status, stdout } = await check(file, "--model", "register", "--initial", "0");
    expect(status).toBe(0);
    expect(stdout).toContain("\nread as: the initial value is 0\n");
    const wrong = await check(file, "--model", "register", "--initial", "{:a 1}");
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      "kontiki: --initial {:a 1} is not a value in JSON: this is not JSON\n",
    ]);
    const none = await check(file, "--model", "set", "--initial", "0");
    expect(none.status).toBe(2);
  });

  test("may say that a read of nil was not recorded", async () => {
    const file = saved("h.jsonl", VALID.replace(',"output":3', ""));
    expect((await check(file, "--model", "register")).stderr).toContain(
      'h.jsonl:3:66: "output" is missing: null if the read found nothing',
    );
    const { status, stdout } = await check(file, "--model", "register", "--unknown-reads");
    expect(status).toBe(0);
    expect(stdout).toContain(
      "\nread as: a read, get, dequeue, contains, or read of a txn, of nil is not recorded\n",
    );
  });
});
