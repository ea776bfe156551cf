/** `kontiki run` before all runs are done: its progress, and the results so far when something ends it. */
import { ScenarioError, type RunReport } from "@kontiki/testing";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeEngines, validReport, violatedReport } from "../support/fake-engines.ts";
import { FakeHost } from "../support/fake-host.ts";
import { bySeed, tried } from "../support/run-command.ts";

async function untilSeed(engines: FakeEngines, seed: number): Promise<void> {
  while (!engines.tasks.some((task) => task.seed === seed)) await setImmediate();
}

describe("the results so far are printed when it ends early", () => {
  /** The second run never ends. */
  const stuck = bySeed({ 1: violatedReport });
  const endless = (): FakeEngines =>
    new FakeEngines((task) => (task.seed === 2 ? new Promise(() => undefined) : stuck(task)));
  const args = ["backup", "--seeds", "4", "--jobs", "1"];

  test("by --time", async () => {
    const engines = endless();
    const result = tried([...args, "--time", "8h"], engines);
    await untilSeed(engines, 2);
    engines.timeIsUp();
    const { status, stdout } = await result;
    expect(status).toBe(1);
    expect(stdout).toContain(
      "violated: 1 of 1 run simulated, seeds 1 to 4, 1 job, 1.0 s, ended by --time\n",
    );
    expect(engines.killed).toBe(1);
  });

  test("by Ctrl-C, which is the exit status", async () => {
    const [engines, host] = [endless(), new FakeHost()];
    const result = tried(args, engines, host);
    await untilSeed(engines, 2);
    host.interrupt("SIGINT");
    const { status, stdout } = await result;
    expect(status).toBe(130);
    expect(stdout).toContain("1.0 s, ended by an interruption\n");
    expect(stdout).toContain("kontiki replay k1-abc\n");
    expect(engines.killed).toBe(1);
  });

  test("by a job that breaks, which is an error of the tool", async () => {
    const engines = new FakeEngines((task) => {
      if (task.seed === 2) throw new Error("a job broke at backup, seed 2: out of memory");
      return stuck(task);
    });
    const { status, stdout, stderr } = await tried(args, engines);
    expect(status).toBe(4);
    expect(stdout).toContain("1.0 s, ended by a broken job\n");
    expect(stderr).toBe("kontiki: a job broke at backup, seed 2: out of memory\n");
  });

  test("by a scenario whose module throws, which is broken", async () => {
    const wrong = new ScenarioError("./own.mjs, seed 2", [
      { path: ["commands"], on: "value", text: "throws Error: no\nluck", place: undefined },
    ]);
    const engines = new FakeEngines((task) => {
      if (task.seed === 2) throw wrong;
      return stuck(task);
    });
    const { status, stdout, stderr } = await tried(args, engines);
    expect(status).toBe(2);
    expect(stdout).toContain("1.0 s, ended by a broken scenario\n");
    expect(stderr).toBe("kontiki: ./own.mjs, seed 2: commands throws Error: no; luck\n");
  });

  test.each([
    [["--seeds", "4", "--time", "60s"], "unknown: 1 run simulated, seeds 1 to 4, ", 3],
    [["--seed", "1", "--time", "60s"], "valid: 1 run simulated, seeds from 1 on, ", 0],
  ] as const)("and are valid if no number of seeds was given: %j", async (given, text, exit) => {
    const engines = new FakeEngines((task) =>
      task.seed === 2 ? new Promise(() => undefined) : validReport(task),
    );
    const result = tried(["backup", "--jobs", "1", ...given], engines);
    await untilSeed(engines, 2);
    engines.timeIsUp();
    const { status, stdout } = await result;
    expect([status, stdout.slice(0, text.length)]).toEqual([exit, text]);
  });

  test("a broken job leaves no valid verdict, in JSON neither", async () => {
    const engines = new FakeEngines((task) => {
      if (task.seed === 2) throw new Error("a job broke");
      return validReport(task);
    });
    const { status, stdout } = await tried(
      ["backup", "--time", "8h", "--jobs", "1", "--seed", "1", "--json"],
      engines,
    );
    expect(status).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "unknown", endedBy: "job" });
  });

  test("no run at all shows nothing", async () => {
    const engines = new FakeEngines(() => new Promise(() => undefined));
    const result = tried(["backup", "--seed", "1", "--time", "60s"], engines);
    await untilSeed(engines, 1);
    engines.timeIsUp();
    const { status, stdout } = await result;
    expect(status).toBe(3);
    expect(stdout).toContain("\nunknown: backup: no run ended\n");
  });
});

test("a terminal shows the progress", async () => {
  let end: (report: RunReport) => void = () => undefined;
  const engines = new FakeEngines((task) =>
    task.seed < 3
      ? violatedReport(task)
      : new Promise((resolve) => {
          end = resolve;
        }),
  );
  const host = new FakeHost({ tty: true, env: { TERM: "dumb" } });
  const result = tried(["backup", "--seeds", "4", "--jobs", "2"], engines, host);
  await host.stderr.until(/2 of 4 runs, 2\.0 a second, 2 violated, 1\.0 s left \.\.\. 1 s/);
  host.interrupt("SIGINT");
  end(validReport({ number: 2, scenario: 0, seed: 3 }));
  expect((await result).status).toBe(130);
});
