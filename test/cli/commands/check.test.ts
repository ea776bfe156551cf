import { run } from "@kontiki/cli";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost, runOnFake } from "../support/fake-host.ts";
import { Kontiki, temporaryDirectory } from "../support/kontiki.ts";

const VALID = `{"type":"history","version":1,"unit":"ms"}
{"type":"operation","process":"a","f":"write","value":3,"call":0,"return":4,"status":"ok"}
{"type":"operation","process":"b","f":"read","call":1,"return":5,"status":"ok","output":3}
{"type":"leader","node":"n1","term":2,"from":0}
`;

const VIOLATED = VALID.replace('"output":3', '"output":4');

/** Enqueues that all overlap, and a dequeue that none of their orders explains: too many orders to try. */
const HARD = [
  ...Array.from(
    { length: 60 },
    (_, at) =>
      `{"type":"operation","process":"w${at}","f":"enqueue","value":${at},"call":0,"return":9,"status":"ok"}`,
  ),
  '{"type":"operation","process":"r","f":"dequeue","output":-1,"call":10,"return":11,"status":"ok"}',
].join("\n");

/** So many operations that to hold them takes more than a few MiB. */
const LONG = Array.from(
  { length: 60_000 },
  (_, at) =>
    `{"type":"operation","process":"w","f":"enqueue","value":${at},"call":${at},"return":${at},"status":"ok"}`,
).join("\n");

function saved(name: string, text: string | Uint8Array): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

async function check(
  file: string,
  ...options: readonly string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  const { status, stdout, stderr } = await runOnFake(["check", file, ...options]);
  return { status, stdout: stdout.replace(/checked in .*/, "checked in ..."), stderr };
}

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

describe("bad input is one line and status 2", () => {
  const bad = async (file: string, options: readonly string[], message: string): Promise<void> => {
    const { status, stdout, stderr } = await check(file, ...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(`kontiki: ${message}\n`);
  };

  test("no such file", async () => {
    const file = join(temporaryDirectory(), "none");
    const message = `cannot read ${file}: no such file or directory`;
    await bad(file, ["--model", "register"], message);
  });

  test("a directory", async () => {
    const file = temporaryDirectory();
    const message = `cannot read ${file}: it is a folder; give a file`;
    await bad(file, ["--model", "register"], message);
  });

  test("a file of no format", async () => {
    const file = saved("h", "hello\n");
    const message = "its format is not recognized; use --format to name it";
    await bad(file, ["--model", "register"], `${file}: ${message}`);
  });

  test("a file that is not text", async () => {
    const file = saved("h", Uint8Array.of(0x7b, 0xff));
    await bad(file, ["--model", "register"], `${file} is not valid UTF-8`);
  });

  test("a broken line", async () => {
    const file = saved("h.jsonl", `${VALID}{"type":"operation",`);
    const message = `${file}:5:21: the line ends within its JSON: each line has one object (read as jsonl)`;
    await bad(file, ["--model", "register"], message);
  });

  test("an empty file", async () => {
    const file = saved("h.jsonl", "");
    const message = `${file}:1:1: the history has no operations (read as jsonl)`;
    await bad(file, ["--model", "register", "--format", "jsonl"], message);
  });

  test("an operation that the model does not have", async () => {
    const file = saved("h.jsonl", VALID);
    await bad(
      file,
      ["--model", "queue"],
      `${file}:2: operation "write" of process a at 0: the model queue has no "write", only enqueue, dequeue`,
    );
  });

  test("no such model", async () => {
    const names =
      "register, key-value, list-append, queue, lock, set, txn-register, txn-list-append";
    const message = `there is no model stack: it must be ${names}, or the path of a module`;
    await bad(saved("h.jsonl", VALID), ["--model", "stack"], message);
  });

  test.each([
    [[], "required option '--model <model>' not specified"],
    [["--model", "register", "--format", "xml"], "Allowed choices are jepsen, edn, jsonl."],
    [
      ["--model", "register", "--seconds", "0"],
      "It must be a number of seconds from 0.1 to 86400.",
    ],
    [["--model", "register", "--memory", "0"], "It must be a whole number from 1 to 12288."],
    [["--model", "register", "--html", ""], "It must be the path of a file."],
  ])("options %j", async (options, message) => {
    const { status, stdout, stderr } = await check("h.jsonl", ...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("a custom model", () => {
  const COUNTER = `export default {
    name: "counter",
    init: 0,
    step: (state, input, output) =>
      input === "add" ? state + 1 : output === undefined || output === state ? state : undefined,
    key: (state) => state,
    describe: (input, output) => (input === "add" ? "add" : "get -> " + output),
    describeState: String,
    interpret: ({ input, output }) => ({ input: input.f, output: output ?? null }),
  };`;

  test("is the default export of a module", async () => {
    const model = saved("counter.mjs", COUNTER);
    const operations = (got: number): string =>
      saved(
        "h.jsonl",
        `{"type":"operation","process":"a","f":"add","call":0,"return":1,"status":"ok"}
{"type":"operation","process":"a","f":"get","call":2,"return":3,"status":"ok","output":${got}}`,
      );
    expect((await check(operations(1), "--model", model)).status).toBe(0);
    const { status, stdout } = await check(operations(2), "--model", model);
    expect(status).toBe(1);
    expect(stdout).toContain("not linearizable as counter");
    expect(stdout).toContain("x  a  get -> 2");
  });

  test("may be TypeScript", async () => {
    const typed = COUNTER.replace("(state, input, output) =>", "(state: number, input, output) =>");
    const history = `{"type":"operation","process":"a","f":"add","call":0,"return":1,"status":"ok"}`;
    const { status, stderr } = await check(
      saved("h.jsonl", history),
      "--model",
      saved("counter.ts", typed),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("that throws gives no verdict", async () => {
    const model = saved(
      "m.mjs",
      COUNTER.replace("key: (state) => state", 'key() { throw new Error("oops"); }'),
    );
    const { status, stdout, stderr } = await check(saved("h.jsonl", VALID), "--model", model);
    expect({ status, stdout, stderr }).toEqual({
      status: 4,
      stdout: "",
      stderr:
        "kontiki: no verdict: the model counter threw in key of the state 0, before any operation: oops\n",
    });
  });

  test.each([
    ["./none.mjs", undefined, "cannot load the model"],
    ["m.mjs", "export default 7;", "has no model as its default export"],
    ["m.mjs", "export default {", "cannot load the model"],
    ["m.mjs", 'export default { name: "x", init: 0 };', "m.mjs: model has no function step"],
    ["m.mjs", COUNTER.replace("key:", "readonly: 1, key:"), "did you mean readOnly?"],
  ])("that cannot be used is bad input: %s %s", async (name, text, message) => {
    const model = text === undefined ? name : saved(name, text);
    const { status, stderr } = await check(saved("h.jsonl", VALID), "--model", model);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("a check that takes long", () => {
  test("shows its progress on a terminal, and is interrupted without a verdict", async () => {
    const host = new FakeHost({ tty: true, env: { TERM: "dumb" } });
    const argv = ["check", saved("h.jsonl", HARD), "--model", "queue"];
    const status = run(argv, host, async () => new FakeCluster());
    await host.stderr.until(/checking: 60 of 61 operations placed, \d+ configurations \.\.\. \d s/);
    host.interrupt("SIGINT");
    expect(await status).toBe(130);
    expect(host.stdout.text).toMatch(/^unknown: 61 operations, it was interrupted/);
  });

  test("shows no progress elsewhere", async () => {
    const program = new Kontiki([
      "check",
      saved("h.jsonl", HARD),
      "--model",
      "queue",
      "--seconds",
      "1.2",
    ]);
    const { status, stderr } = await program.exit;
    expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
  });

  test("ends at a signal", async () => {
    // A queue again, with a signal when the search has begun.
    const model = saved(
      "m.mjs",
      `import { writeSync } from "node:fs";
       let isFirst = true;
       export default {
         name: "slow",
         init: "",
         key: (state) => state,
         step(state, { f, value }) {
           if (isFirst) writeSync(2, "begun");
           isFirst = false;
           return f === "enqueue" ? state + "," + value : undefined;
         },
         describe: () => "",
         describeState: () => "",
         interpret: ({ input, output }) => ({ input, output: output ?? null }),
       };`,
    );
    const program = new Kontiki(["check", saved("h.jsonl", HARD), "--model", model]);
    await program.until("stderr", /begun/);
    program.process.kill("SIGINT");
    const { status, stdout, stderr } = await program.exit;
    expect({ status, stderr }).toEqual({ status: 130, stderr: "begun" });
    expect(stdout).toMatch(/^unknown: 61 operations, it was interrupted/);
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
