import { defineScenario, encodeToken, planOf } from "@kontiki/testing";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runOnFake } from "../support/fake-host.ts";
import { Kontiki, kontiki, temporaryDirectory } from "../support/kontiki.ts";

function scenario(text: string): string {
  const path = join(temporaryDirectory(), "short.yaml");
  writeFileSync(path, `about: A second of peace.\nduration: 1s\n${text}`);
  return path;
}

test("the same output with one job and with two", async () => {
  const file = scenario("nemesis: swarm\n");
  const outputs: unknown[] = [];
  for (const jobs of ["1", "2"]) {
    const { stdout } = await kontiki(["run", file, "--seeds", "4", "--jobs", jobs, "--json"]);
    const told = JSON.parse(stdout) as { readonly scenarios: readonly object[] };
    outputs.push(told.scenarios.map((one) => ({ ...one, busyMs: 0 })));
  }
  expect(outputs[0]).toEqual(outputs[1]);
});

test("a failure is reproduced from its token, and from a shrunk one", async () => {
  const file = scenario("expect: { atMost: { elections.won: 0 } }\n");
  const html = join(temporaryDirectory(), "failure.html");
  const ran = await kontiki(["run", file, "--seed", "1", "--html", html]);
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 1, stderr: "" });
  expect(existsSync(html)).toBe(true);
  const [, token = ""] = /kontiki replay (k1-\S+)\n/.exec(ran.stdout) ?? [];

  const again = await kontiki(["replay", token, "--story"]);
  expect({ status: again.status, stderr: again.stderr }).toEqual({ status: 1, stderr: "" });
  expect(again.stdout).toMatch(/\nreproduced: expectations: elections\.won: \d+, /);

  const shrunk = await runOnFake(["shrink", token]);
  expect({ status: shrunk.status, stderr: shrunk.stderr }).toEqual({ status: 1, stderr: "" });
  expect(shrunk.stdout).toMatch(/^short, seed 1: 1 node, 0 faults, 0 operations \(/);
  const [, smaller = ""] = /kontiki replay (k1-\S+)\n/.exec(shrunk.stdout) ?? [];
  const last = await runOnFake(["replay", smaller]);
  expect(last.stdout).toMatch(/\nreproduced: expectations: elections\.won: \d+, .*\n$/);
});

test("Ctrl-C ends the jobs at once, and the results so far are printed", async () => {
  const file = scenario("");
  const program = new Kontiki(["run", file, "--until-fail", "--jobs", "2"]);
  await program.until("stderr", /seeds from \d+ on/);
  program.process.kill("SIGINT");
  const { status, stdout } = await program.exit;
  expect(status).toBe(130);
  expect(stdout).toMatch(/^(valid|unknown): \d+ runs? simulated, .*, ended by an interruption\n/);
});

test.each([
  ["waits forever", "await new Promise(() => {});"],
  ["ends the program", "process.exit(0);"],
])("a module that %s is a reported error of the tool", async (_title, text) => {
  const file = join(temporaryDirectory(), "module.mjs");
  writeFileSync(file, `${text}\nexport default {};\n`);
  expect(await kontiki(["run", file, "--seed", "1", "--json"])).toMatchObject({
    status: 4,
    stdout: "",
    stderr: "kontiki: no verdict: a loaded module waits forever, or ended the program\n",
  });
});

test("a module that throws late is an error of the tool, not a violation", async () => {
  const file = join(temporaryDirectory(), "module.mjs");
  writeFileSync(
    file,
    'setImmediate(() => { throw new Error("late"); });\nawait new Promise(() => {});',
  );
  const { status, stdout, stderr } = await kontiki(["run", file, "--seed", "1"]);
  expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
  expect(stderr).toMatch(/Error: late\n/);
  expect(stderr).toMatch(/^kontiki: no verdict: an error was thrown that nothing catches\n/);
});

test("an error in a scenario is reported with its place before anything runs", async () => {
  const { status, stdout, stderr } = await runOnFake(["run", scenario("nodez: 3\n")]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(
    /^kontiki: .*short\.yaml:3:1: nodez is not known here: did you mean nodes\?\n$/,
  );
});

test.each(["replay", "shrink"])(
  "kontiki %s leaves the token of a test to the test",
  async (name) => {
    const plan = planOf(defineScenario({ name: "own" }), 1);
    const recipe = { from: "plan", plan } as const;
    const failed = { type: "run", check: "liveness", hash: "0", module: undefined } as const;
    const { status, stdout, stderr } = await runOnFake([
      name,
      encodeToken({ ...failed, isOwn: true, recipe }),
    ]);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr:
        "kontiki: the token is of a test with its own state machine, and only the test can run it again: KONTIKI_TOKEN=... npx vitest run ...\n",
    });
  },
);
