/** The verdict of `kontiki run`: as text, as JSON and as exit status. */
import { KontikiError } from "@kontiki/actors";
import { SOMETIMES, type Task } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import {
  FakeEngines,
  unknownReport,
  validReport,
  violatedReport,
} from "../support/fake-engines.ts";
import { bySeed, tried } from "../support/run-command.ts";

/** The subjects of situations after six runs that all met the same one. */
const SUBJECTS = `1 of N situations met
subject      met   rarest           runs  first met by
elections    1/N  elections.split     6  run 1: backup, seed 1
replication  0/N  -                   -  -
membership   0/N  -                   -  -
reads        0/N  -                   -  -
transfer     0/N  -                   -  -
snapshots    0/N  -                   -  -
damage       0/N  -                   -  -
timers       0/N   -                   -  -
turns        0/N  -                   -  -
storage      0/N  -                   -  -
clients      0/N  -                   -  -`;

/** No run met any situation. */
const NEVER = Object.fromEntries(SOMETIMES.map(({ name }) => [name, 0]));

describe("a verdict is printed, and is the exit status", () => {
  test("valid", async () => {
    const engines = new FakeEngines();
    const { status, stdout, stderr } = await tried(["all", "--seeds", "3", "--jobs", "2"], engines);
    const [table, sometimes] = stdout.split("\nsometimes: ");
    const missing = SOMETIMES.map(({ name }) => name).filter((name) => name !== "elections.split");
    const [met, never] = sometimes?.split("\nnever met:\n") ?? [];
    expect(never?.split(/,?\s+/).filter((word) => word.includes("."))).toEqual(missing);
    expect(met?.replaceAll(/\d+(?= situations)|(?<=\/)\d+/g, "N")).toBe(SUBJECTS);
    expect({ status, table, stderr }).toEqual({
      status: 0,
      table: `valid: 6 runs simulated, seeds 1 to 3, 2 jobs, 1.0 s

scenario  runs  valid  violated  unknown  events  virtual  events/s  speedup
backup       3      3         0        0   3,000   15.0 s   100,000      500
figure_8     3      3         0        0   3,000   15.0 s   100,000      500

met:
  crash.began 12
never met:
  wipe.began
`,
      stderr: "",
    });
    expect(engines.killed).toBe(2);
  });

  test("violated: the first run of each check, and how to reproduce it", async () => {
    const engines = new FakeEngines(bySeed({ 2: violatedReport, 3: violatedReport }));
    const { status, stdout } = await tried(["figure_8", "--seeds", "4"], engines);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^violated: 2 of 4 runs simulated, seeds 1 to 4, /);
    expect(stdout).toContain(`
violated: figure_8, seed 2, after 2.3 s, the first of 2 runs
  Election Safety: n1 and n2 lead term 4
  kontiki replay k1-abc
  kontiki shrink k1-abc
`);
  });

  test("violated on threads, where no token reproduces it", async () => {
    const engines = new FakeEngines((task) => ({ ...violatedReport(task), token: undefined }));
    const args = ["backup", "--engine", "workers", "--seed", "9"];
    const { status, stdout } = await tried(args, engines);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^violated: 1 of 1 run on worker threads, seed 9, 1 job, 1\.0 s\n/);
    expect(stdout).toContain("\n  kontiki run backup --engine workers --seed 9\n");
    expect(stdout).not.toContain("events/s");
    expect(engines.specs).toEqual([{ engine: "workers", scenarios: ["backup"], pages: false }]);
  });

  test("a run on threads is repeated with the given path", async () => {
    const engines = new FakeEngines((task) => ({ ...violatedReport(task), token: undefined }));
    const args = ["my files/own.ts", "--engine", "workers", "--seed", "9"];
    const { stdout } = await tried(args, engines);
    expect(stdout).toContain("\n  kontiki run 'my files/own.ts' --engine workers --seed 9\n");
  });

  test("on hosts, with a server that is given or one that is started", async () => {
    for (const [more, nats] of [
      [[], undefined],
      [["--nats", "nats://localhost"], { servers: "nats://localhost" }],
    ] as const) {
      const engines = new FakeEngines(unknownReport);
      const args = ["backup", "--engine", "hosts", "--seed", "9", ...more];
      const { status, stdout } = await tried(args, engines);
      expect(status).toBe(3);
      expect(stdout).toMatch(/^unknown: 1 of 1 run on hosts, seed 9, 1 job, 1\.0 s\n/);
      const clusters = { module: "file:///clusters.js", options: { nats } };
      const spec = { engine: "hosts", scenarios: ["backup"], pages: false, clusters };
      expect([engines.specs, engines.hosts]).toEqual([[spec], [{ nats, isClosed: true }]]);
    }
  });

  test("what is no URL of a NATS server is bad usage", async () => {
    const engines = new FakeEngines();
    const args = ["backup", "--engine", "hosts", "--nats", "http://localhost"];
    const { status, stdout, stderr } = await tried(args, engines);
    expect([status, stdout, engines.hosts]).toEqual([2, "", []]);
    expect(stderr).toMatch(/It must be the URL of a NATS server, such as nats:/);
  });

  test("no server of NATS is an error of the tool, in one line", async () => {
    const engines = new FakeEngines();
    engines.openHosts = async () => {
      throw new KontikiError("there is no nats-server in the PATH");
    };
    const { status, stdout, stderr } = await tried(["backup", "--engine", "hosts"], engines);
    const line = "kontiki: there is no nats-server in the PATH\n";
    expect([status, stdout, stderr.endsWith(line)]).toEqual([4, "", true]);
  });

  test("unknown", async () => {
    const engines = new FakeEngines(bySeed({ 2: unknownReport }));
    const { status, stdout } = await tried(["backup", "--seeds", "2"], engines);
    expect(status).toBe(3);
    expect(stdout).toMatch(/^unknown: 1 of 2 runs simulated, /);
    expect(stdout).toContain("\nunknown: backup, 1 run\n  seed 2: leaders: 0, at least 1\n");
  });

  test("as one JSON object", async () => {
    const engines = new FakeEngines(bySeed({ 2: violatedReport }));
    const args = ["backup", "--seeds", "2", "--jobs", "1", "--shard", "1/1", "--json"];
    const { status, stdout, stderr } = await tried(args, engines);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      verdict: "violated",
      engine: "simulation",
      seeds: { first: 1, count: 2, shard: { index: 1, of: 1 } },
      jobs: 1,
      elapsedMs: 1000,
      endedBy: null,
      sometimes: { ...NEVER, "elections.split": 2 },
      firstMet: { "elections.split": { run: 1, seed: 1, changes: 0, scenario: "backup" } },
      scenarios: [
        {
          scenario: "backup",
          runs: 2,
          asDrawn: 2,
          valid: 1,
          violated: 1,
          unknown: 0,
          events: 2000,
          virtualMs: 10_000,
          busyMs: 20,
          coverage: { "crash.began": 4, "wipe.began": 0 },
          expected: {},
          sometimes: { "elections.split": 2 },
          findings: [
            {
              check: "Election Safety",
              text: "n1 and n2 lead term 4",
              at: 2341,
              seed: 2,
              runs: 1,
              hash: "00c0ffee",
              token: "k1-abc",
            },
          ],
          doubts: [],
        },
      ],
    });
  });
});

test("what no run reached, and some must, is unknown and is named", async () => {
  const engines = new FakeEngines((task) => ({
    ...validReport(task),
    expected: { "wipe.began": false, "crash.began": true },
  }));
  const { status, stdout } = await tried(["backup", "--seeds", "50"], engines);
  expect(status).toBe(3);
  expect(stdout).toMatch(/^unknown: 50 runs simulated, /);
  expect(stdout).toContain("\nunknown: backup: no run reached wipe.began, as some must\n");
  expect(stdout).not.toContain("crash.began, as");
});

test("the output does not depend on the order in which runs end", async () => {
  const outputs = new Set<string>();
  for (const isSlow of [() => false, ({ seed }: Task) => seed % 2 === 1]) {
    const outcome = bySeed({ 3: violatedReport, 4: violatedReport });
    const engines = new FakeEngines(async (task) => {
      for (let turn = 0; isSlow(task) && turn < 50; turn += 1) await Promise.resolve();
      return outcome(task);
    });
    const args = ["all", "--seeds", "5", "--jobs", "3", "--until-fail"];
    outputs.add((await tried(args, engines)).stdout);
  }
  expect(outputs.size).toBe(1);
});
