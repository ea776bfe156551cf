import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runOnFake } from "../support/fake-host.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "kontiki-reports-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

test("run --report keeps each run, and compare puts two of them side by side", async () => {
  const scenario = join(directory, "calm.yaml");
  writeFileSync(
    scenario,
    "about: Nothing fails.\nworkload: { clients: 2, perSecond: 40 }\nduration: 500ms\n",
  );
  const reports = join(directory, "reports");
  const run = await runOnFake([
    "run",
    scenario,
    "--seeds",
    "2",
    "--jobs",
    "1",
    "--report",
    reports,
  ]);
  expect(run).toMatchObject({
    status: 0,
    stderr: `the newest report is ${join(reports, "calm-2", "report.html")}\n`,
  });
  expect(readlinkSync(join(reports, "latest"))).toBe("calm-2");

  const summary: unknown = JSON.parse(
    readFileSync(join(reports, "calm-1", "summary.json"), "utf8"),
  );
  expect(summary).toMatchObject({
    scenario: "calm",
    seed: 1,
    engine: "simulation",
    verdict: "valid",
    operations: { ok: 20, failed: 0, open: 0 },
  });
  const history = join(reports, "calm-1", "history.jsonl");
  expect((await runOnFake(["check", history, "--model", "key-value"])).status).toBe(0);
  expect(readFileSync(join(reports, "calm-1", "report.html"), "utf8")).toContain(
    "What clients saw",
  );

  const compared = await runOnFake(["compare", join(reports, "calm-1"), reports, "--json"]);
  expect(compared).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(compared.stdout)).toEqual(
    expect.arrayContaining([
      { name: "scenario", a: "calm, seed 1", b: "calm, seed 2" },
      { name: "crashes", a: 0, b: 0 },
      { name: "until caught up, ms", a: null, b: null },
      { name: "succeeded", a: 20, b: 20 },
      { name: "failed", a: 0, b: 0 },
    ]),
  );
  const { stdout } = await runOnFake(["compare", reports, join(reports, "calm-2")]);
  expect(stdout).toMatch(/^ +A +B +B\/A\nscenario +calm, seed 2 +calm, seed 2\n/);
});

test("compare refuses what is no report, in one line", async () => {
  const file = join(directory, "summary.json");
  expect(await runOnFake(["compare", directory, directory])).toMatchObject({
    status: 2,
    stderr: `kontiki: ${directory} holds no report: give a folder that kontiki run --report wrote\n`,
  });
  writeFileSync(file, "{");
  expect(await runOnFake(["compare", directory, directory])).toMatchObject({
    status: 2,
    stderr: `kontiki: cannot read the report ${file}: it is not JSON\n`,
  });
  writeFileSync(file, "{}");
  expect(await runOnFake(["compare", directory, directory])).toMatchObject({
    status: 2,
    stderr: `kontiki: ${file} is no summary.json of kontiki run --report: it lacks fields\n`,
  });
});

test("run --report into a file ends before any run", async () => {
  const file = join(directory, "file");
  writeFileSync(file, "");
  const { status, stderr, stdout } = await runOnFake(["run", "count", "--report", file]);
  expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
  expect(stderr).toMatch(/^kontiki: cannot write .*file: /);
});
