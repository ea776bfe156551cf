import { JobThread, type JobSpec, type Task } from "@kontiki/testing";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../cli/support/kontiki.ts";

function saved(name: string, text: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, text);
  return path;
}

function jobOf(spec: Partial<JobSpec>): JobThread {
  const job = new JobThread({ engine: "simulation", scenarios: [], pages: false, ...spec });
  onTestFinished(() => job.kill());
  return job;
}

const first: Task = { number: 0, scenario: 0, seed: 1 };

const SHORT = "about: A second of peace.\nduration: 1s\n";

test("a job runs one task after the other, and a seed gives the same run in any job", async () => {
  const scenarios = [saved("peace.yaml", SHORT)];
  const [one, other] = [jobOf({ scenarios }), jobOf({ scenarios })];
  const runs = [await one.run(first), await one.run(first), await other.run(first)];
  expect(runs.map(({ verdict }) => verdict)).toEqual(["valid", "valid", "valid"]);
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(1);
  const another = await one.run({ ...first, number: 1, seed: 2 });
  expect(another.hash).not.toBe(runs[0]?.hash);
});

test("a job runs on threads too", async () => {
  const scenarios = [saved("peace.yaml", SHORT)];
  const job = jobOf({ engine: "workers", scenarios });
  expect(await job.run(first)).toMatchObject({ verdict: "valid", token: undefined, task: first });
});

test("a violation has a token and a page", async () => {
  const text = `${SHORT}expect: { atMost: { elections.won: 0 } }\n`;
  const job = jobOf({ scenarios: [saved("strict.yaml", text)], pages: true });
  expect(await job.run(first)).toMatchObject({
    verdict: "violated",
    violations: [{ check: "expectations" }],
    token: expect.stringMatching(/^k1-/) as string,
    page: expect.stringContaining("strict, seed 1") as string,
  });
});

test("runs report the errors of a scenario", async () => {
  const job = jobOf({ scenarios: ["no_such_scenario"] });
  await expect(job.run(first)).rejects.toThrow(
    "no_such_scenario, seed 1: no_such_scenario: is not a scenario: ",
  );
});

test("a thread that ends breaks its job, for its run and for later ones", async () => {
  const module = saved(
    "ending.mjs",
    `export default { name: "ending", about: "Ends the thread.", duration: "1s" };
     export const commands = () => process.exit(7);`,
  );
  const job = jobOf({ scenarios: [module] });
  const ended = `a job broke at ${module}, seed 1: its thread ended with exit code 7`;
  await expect(job.run(first)).rejects.toThrow(ended);
  await expect(job.run(first)).rejects.toThrow(ended);
});

test("a rejection that a run leaves unhandled breaks the job at that run", async () => {
  const module = saved(
    "rejecting.mjs",
    `export default { name: "rejecting", about: "Leaves a rejection.", duration: "1s" };
     export const commands = () => {
       Promise.reject(new Error("nobody waits for it"));
       return { command: { type: "get", key: "k" } };
     };`,
  );
  const job = jobOf({ scenarios: [module] });
  await expect(job.run(first)).rejects.toThrow(
    `a job broke at ${module}, seed 1: nobody waits for it`,
  );
});

test("a killed job stops at once, whatever it does", async () => {
  const endless = saved(
    "endless.mjs",
    `export default { name: "endless", about: "Never ends.", duration: "1s" };
     export const commands = () => { for (;;); };`,
  );
  const job = jobOf({ scenarios: [endless] });
  void job.run(first);
  await job.kill();
});
