/** What the arguments of `kontiki run` choose: scenarios, seeds, a page, a list. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeEngines, unknownReport, violatedReport } from "../support/fake-engines.ts";
import { temporaryDirectory } from "../support/kontiki.ts";
import { bySeed, tried } from "../support/run-command.ts";

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
