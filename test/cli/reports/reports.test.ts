import type { KeptRun, RunSummary } from "@kontiki/testing";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ReportFolder } from "../../../packages/cli/src/reports/report-folder.ts";
import { recordingIn } from "../../web/support/recorded.ts";
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

/** The objects of a log. */
function linesOf(path: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test.each(["simulation", "workers"])(
  "a report of a run on %s has messages, traces that view opens, and logs",
  async (engine) => {
    const scenario = join(directory, "cut.yaml");
    const faults = "faults:\n  - { at: 300ms, crash: { node: follower, down: 400ms } }\n";
    writeFileSync(
      scenario,
      `about: A crash.\nnodes: 3\nworkload: { clients: 1, perSecond: 20 }\n${faults}duration: 1200ms\n`,
    );
    const reports = join(directory, "reports");
    const args = ["run", scenario, "--seed", "1", "--engine", engine, "--report", reports];
    expect(await runOnFake(args)).toMatchObject({ status: 0 });
    const run = join(reports, "cut-1");
    const summary = JSON.parse(readFileSync(join(run, "summary.json"), "utf8")) as RunSummary;
    const { counts = [], share } = summary.messages ?? {};
    expect(share).toBe(1);
    const types = counts.map(({ type }) => type);
    expect(types).toEqual(types.toSorted());
    const entries = counts.find(({ type }) => type === "appendEntries");
    expect(entries?.received).toBeGreaterThan(0);
    expect(entries?.lost).toBeGreaterThan(0);
    const ended = (entries?.received ?? 0) + (entries?.lost ?? 0);
    expect(ended).toBeGreaterThan((entries?.sent ?? 0) * 0.7);
    const page = readFileSync(join(run, "report.html"), "utf8");
    expect(page).toContain(`<td>appendEntries</td><td>${entries?.sent}</td>`);

    const traces = readdirSync(join(run, "traces"));
    expect(traces.length).toBe(4);
    const exported = join(directory, "traces.html");
    const viewed = await runOnFake(["view", join(run, "traces"), "--export", exported]);
    expect([viewed.status, viewed.stderr]).toEqual([0, ""]);
    const recorded = recordingIn(readFileSync(exported, "utf8"));
    expect(recorded.title).toBe("traces in traces: 3 nodes, 4 starts");

    const logs = readdirSync(join(run, "logs")).filter((name) => name.startsWith("n"));
    expect(logs).toEqual(["n1.jsonl", "n2.jsonl", "n3.jsonl"]);
    const all = logs.flatMap((name) => linesOf(join(run, "logs", name)));
    for (const line of all)
      expect(line).toMatchObject({
        level: expect.any(Number) as number,
        time: expect.any(Number) as number,
        name: "cut-1",
        msg: expect.any(String) as string,
      });
    const events = all.map(({ event }) => event);
    expect(events.filter((event) => event === "started")).toHaveLength(4);
    expect(events).toContain(engine === "simulation" ? "ended" : "crashed");

    const { stdout } = await runOnFake(["compare", run, run, "--json"]);
    const lines = JSON.parse(stdout) as readonly { readonly name: string }[];
    expect(lines).toContainEqual({
      name: "appendEntries sent",
      a: entries?.sent,
      b: entries?.sent,
    });
    expect(lines).toContainEqual({
      name: "appendEntries lost",
      a: entries?.lost,
      b: entries?.lost,
    });
  },
);

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
  const names = ["scenario", "seed", "engine", "operations", "durationMs", "windows", "coverage"];
  const nulls = [...names, "unavailable", "faults"].map((name) => [name, null]);
  const [run, no] = [{ scenario: "a", engine: "b", verdict: "valid", seed: 1, durationMs: 1 }, []];
  const lists = { windows: no, unavailable: no, leaders: no, faults: no, latencyMs: null };
  const right = { ...run, ...lists, operations: { ok: 1, failed: 0, open: 0 }, coverage: {} };
  writeFileSync(file, JSON.stringify(right));
  expect(await runOnFake(["compare", directory, directory])).toMatchObject({ status: 0 });
  const wrong = [
    {},
    Object.fromEntries(nulls),
    { ...right, unavailable: [{}] },
    { ...right, recoveries: [{ crashedAt: 1, detectedAt: "2" }] },
    { ...right, coverage: { elections: {} } },
    { ...right, messages: { counts: [{ sent: 1, lost: 1 }] } },
  ];
  for (const content of wrong) {
    writeFileSync(file, JSON.stringify(content));
    expect(await runOnFake(["compare", directory, directory])).toMatchObject({
      status: 2,
      stderr: `kontiki: ${file} is no summary.json of kontiki run --report: it lacks fields, or they are of other types\n`,
    });
  }
});

test("a report that cannot be written leaves no part of itself, and that of an earlier run as it was", async () => {
  const run = { scenario: "calm", seed: 1, engine: "simulation" };
  const kept = (history: string, trace: string): KeptRun => ({
    summary: {} as RunSummary,
    history,
    page: "",
    traces: { [trace]: "" },
    log: [],
    begunAt: 0,
  });
  const reports = new ReportFolder(directory);
  reports.keep(run, kept("first", "n1-1.ndjson"));
  await reports.written();
  const tooLong = "n".repeat(300);
  const failing = new ReportFolder(directory);
  failing.keep(run, kept("second", tooLong));
  await expect(failing.written()).rejects.toThrow(`cannot write ${directory}: name too long`);
  const other = new ReportFolder(directory);
  other.keep({ ...run, seed: 2 }, kept("third", tooLong));
  await expect(other.written()).rejects.toThrow(`cannot write ${directory}: name too long`);
  expect(readdirSync(directory).toSorted()).toEqual(["calm-1", "latest"]);
  expect(readFileSync(join(directory, "latest", "history.jsonl"), "utf8")).toBe("first");
});

test("run --report into a file ends before any run", async () => {
  const file = join(directory, "file");
  writeFileSync(file, "");
  const { status, stderr, stdout } = await runOnFake(["run", "count", "--report", file]);
  expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
  expect(stderr).toMatch(/^kontiki: cannot write .*file: /);
});
