import { KontikiError } from "@kontiki/actors";
import { run } from "@kontiki/cli";
import { ScenarioError, SOMETIMES, type RunReport, type Task } from "@kontiki/testing";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import {
  FakeEngines,
  unknownReport,
  validReport,
  violatedReport,
} from "../support/fake-engines.ts";
import { FakeHost } from "../support/fake-host.ts";
import { temporaryDirectory } from "../support/kontiki.ts";

async function tried(
  args: readonly string[],
  engines: FakeEngines,
  host: FakeHost = new FakeHost(),
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const status = await run(
    ["run", ...args],
    host,
    async () => new FakeCluster(),
    async () => engines,
  );
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

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

const bySeed =
  (outcomes: Readonly<Record<number, (task: Task) => RunReport>>) =>
  (task: Task): RunReport =>
    (outcomes[task.seed] ?? validReport)(task);

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

test("without a name all shipped scenarios run", async () => {
  const [named, nameless] = [new FakeEngines(), new FakeEngines()];
  const args = ["--seeds", "2", "--jobs", "1"];
  expect(await tried(args, nameless)).toEqual(await tried(["all", ...args], named));
  expect(nameless.tasks).toEqual(named.tasks);
});

test("--until-doubt ends at the first run that is unknown", async () => {
  const engines = new FakeEngines(bySeed({ 2: unknownReport }));
  const { status, stdout } = await tried(["backup", "--until-doubt", "--seed", "1"], engines);
  expect(status).toBe(3);
  expect(stdout).toMatch(/^unknown: 1 of 2 runs simulated, seeds from 1 on, /);
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

describe("seeds", () => {
  test.each<[readonly string[], readonly number[]]>([
    [
      ["--seeds", "3"],
      [1, 2, 3],
    ],
    [["--seed", "7"], [7]],
    [
      ["--seed", "7", "--seeds", "2"],
      [7, 8],
    ],
    [
      ["--seed", "random", "--seeds", "2"],
      [4711, 4712],
    ],
    [
      ["--seeds", "10", "--shard", "3/4"],
      [2, 6, 10],
    ],
    [[], Array.from({ length: 100 }, (_, at) => 4711 + at)],
  ])("%j", async (args, seeds) => {
    const engines = new FakeEngines();
    await tried(["backup", "--jobs", "1", ...args], engines);
    expect(engines.tasks.map(({ seed }) => seed)).toEqual(seeds);
  });

  test("after the greatest begin at 0", async () => {
    const engines = new FakeEngines();
    const args = ["backup", "--jobs", "1", "--seed", "4294967295", "--seeds", "2"];
    const { stdout } = await tried(args, engines);
    expect(engines.tasks.map(({ seed }) => seed)).toEqual([4_294_967_295, 0]);
    expect(stdout).toMatch(/^valid: 2 runs simulated, seeds 4294967295 to 0, /);
  });

  test("that are random are printed before anything runs", async () => {
    const engines = new FakeEngines();
    const { stderr, stdout } = await tried(["backup"], engines);
    expect(stderr).toBe("seeds 4711 to 4810\n");
    expect(stdout).toMatch(/^valid: 100 runs simulated, seeds 4711 to 4810, /);
  });

  test("continue without a limit until one fails", async () => {
    const engines = new FakeEngines(bySeed({ 4999: violatedReport }));
    const { status, stdout } = await tried(["backup", "--until-fail", "--jobs", "1"], engines);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^violated: 1 of 289 runs simulated, seeds from 4711 on, 1 job, /);
  });
});

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

async function untilSeed(engines: FakeEngines, seed: number): Promise<void> {
  while (!engines.tasks.some((task) => task.seed === seed)) await setImmediate();
}

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

describe("--html", () => {
  test("writes a page of the first violation", async () => {
    const html = join(temporaryDirectory(), "failure.html");
    const engines = new FakeEngines(violatedReport);
    await tried(["backup", "--seeds", "2", "--html", html], engines);
    expect(readFileSync(html, "utf8")).toBe("<html></html>");
    expect(engines.specs[0]).toEqual({ engine: "simulation", scenarios: ["backup"], pages: true });
  });

  test("that cannot be written is reported before anything runs", async () => {
    const html = join(temporaryDirectory(), "none", "failure.html");
    const engines = new FakeEngines(violatedReport);
    const { status, stderr } = await tried(["backup", "--seeds", "2", "--html", html], engines);
    expect({ status, stderr, tasks: engines.tasks }).toEqual({
      status: 4,
      stderr: `kontiki: cannot write ${html}: no such file or directory\n`,
      tasks: [],
    });
  });

  test("reports that there is nothing to show", async () => {
    const html = join(temporaryDirectory(), "failure.html");
    const { stderr } = await tried(["backup", "--seeds", "2", "--html", html], new FakeEngines());
    expect(stderr).toBe(`nothing was violated, so ${html} is not written\n`);
    expect(existsSync(html)).toBe(false);
  });
});

describe("--list", () => {
  test("names the shipped scenarios", async () => {
    expect(await tried(["--list"], new FakeEngines())).toEqual({
      status: 0,
      stdout: "backup    About backup.\nfigure_8  About figure_8.\n",
      stderr: "",
    });
  });

  test("as JSON", async () => {
    const { stdout } = await tried(["--list", "--json"], new FakeEngines());
    expect(JSON.parse(stdout)).toEqual([
      { name: "backup", about: "About backup." },
      { name: "figure_8", about: "About figure_8." },
    ]);
  });
});

describe("bad usage is one line and status 2", () => {
  test.each<[readonly string[], string]>([
    [["none"], "there is no scenario none"],
    [["backup", "--seeds", "0"], "It must be a whole number from 1 to 4294967296."],
    [["backup", "--seed", "x"], "It must be a whole number from 0 to 4294967295."],
    [["backup", "--seed", "1", "--shard", "3/4"], "there is no seed to run in seed 1 (shard 3/4)"],
    [["backup", "--shard", "0/4"], "such as 3/16."],
    [["backup", "--shard", "5/4"], "such as 3/16."],
    [["backup", "--time", "60"], "such as 500ms, 60s, 10m, 8h."],
    [["backup", "--time", "25d"], "It must be a time of at most 24 days"],
    [["backup", "--engine", "none"], "Allowed choices are simulation, workers, hosts."],
    [["backup", "--jobs", "0"], "It must be a whole number from 1 to 256."],
  ])("%j", async (args, message) => {
    const engines = new FakeEngines();
    const { status, stdout, stderr } = await tried(args, engines);
    expect({ status, stdout, tasks: engines.tasks }).toEqual({ status: 2, stdout: "", tasks: [] });
    expect(stderr).toMatch(/^kontiki: .*\n$/);
    expect(stderr).toContain(message);
  });
});

describe("a guided campaign", () => {
  const guided = ["backup", "--seeds", "40", "--jobs", "2", "--guided"];

  test("changes plans, and has as many runs", async () => {
    const engines = new FakeEngines();
    const { status, stdout } = await tried(guided, engines);
    expect({ status, head: stdout.split(",")[0] }).toEqual({
      status: 0,
      head: "valid: 40 runs simulated",
    });
    expect(engines.tasks.some(({ changes }) => (changes?.length ?? 0) > 0)).toBe(true);
  });

  test("saves what it kept in a folder, and begins with it the next time", async () => {
    const folder = join(temporaryDirectory(), "corpus");
    await tried([...guided, "--corpus", folder], new FakeEngines());
    const files = readdirSync(folder);
    expect(files).toHaveLength(1);
    const saved = files.map((file) => readFileSync(join(folder, file), "utf8"));
    expect(saved).toEqual(['{"scenario":"backup","seed":1,"changes":[]}\n']);
    writeFileSync(join(folder, "a.json"), '{"scenario":"backup","seed":900,"changes":[5]}');
    const engines = new FakeEngines();
    await tried(["backup", "--seeds", "40", "--jobs", "1", "--corpus", folder], engines);
    expect(engines.tasks.slice(0, 2)).toEqual([
      { number: 0, scenario: 0, seed: 900, changes: [5] },
      { number: 1, scenario: 0, seed: 1, changes: [] },
    ]);
  });

  test("a folder with something else is bad input", async () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, "plan.json"), "{}");
    const { status, stderr } = await tried([...guided, "--corpus", folder], new FakeEngines());
    expect(status).toBe(2);
    expect(stderr).toContain(
      "plan.json is not a plan of a corpus: remove it, or give another folder",
    );
  });

  test("a file in the place of the folder is bad input", async () => {
    const file = join(temporaryDirectory(), "plans");
    writeFileSync(file, "");
    expect(await tried([...guided, "--corpus", file], new FakeEngines())).toMatchObject({
      status: 2,
      stderr: `kontiki: cannot use --corpus ${file}: it is a file; give a folder\n`,
    });
  });

  test("threads do not repeat a run, so they have nothing to guide", async () => {
    const args = ["backup", "--engine", "workers", "--guided"];
    const { status, stderr } = await tried(args, new FakeEngines());
    expect(status).toBe(2);
    expect(stderr).toContain("--guided needs runs that repeat exactly: leave out --engine workers");
  });
});
