import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, Page } from "playwright-core";
import { PATIENT, startBrowser } from "../support/browser.ts";
import { bundled } from "../support/bundle.ts";
import { engine } from "../support/engine-script.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Short runs that have, together, all kinds of faults. */
const RUNS: readonly (readonly [scenario: string, seed: number])[] = [
  ["swarm", 4],
  ["swarm", 5],
  ["count", 1],
  ["initial_election", 1],
  ["grow_and_shrink", 2],
  ["recover_after_kill", 1],
  ["fail_agree", 1],
  ["reelection", 2],
  ["elect_seize_leadership", 2],
  ["slow_follower", 2],
  ["leader_transfer_to_slow_follower", 1],
  ["persist1", 2],
  ["snapshot_basic", 2],
  ["snapshot_install_unreliable_crash", 1],
  ["unreliable", 1],
  ["disk_errors", 1],
  ["rotting_disks", 1],
  ["damage_everywhere", 2],
  ["lease_reads", 1],
  ["pause", 1],
];

let browser: Browser;
let page: Page;

beforeAll(async () => {
  const starting = startBrowser();
  const script = await bundled("engine-script.ts");
  browser = await starting;
  page = await browser.newPage();
  await page.addScriptTag({ content: script });
}, PATIENT.timeout);

afterAll(() => browser.close());

/** What the browser does with these arguments. */
async function inBrowser<Name extends keyof typeof engine>(
  name: Name,
  ...args: Parameters<(typeof engine)[Name]>
): Promise<unknown> {
  return page.evaluate(`engine.${name}(...${JSON.stringify(args)})`);
}

function shipped(name: string): readonly [yaml: string, path: string] {
  const path = `packages/testing/scenarios/${name}.yaml`;
  return [readFileSync(fileURLToPath(new URL(path, ROOT)), "utf8"), path];
}

test("20 scenarios run in the browser as they run in Node", PATIENT, async () => {
  const jobs = RUNS.map(([name, seed]) => [...shipped(name), seed] as const);
  const running = inBrowser("runs", jobs);
  const here = engine.runs(jobs);
  const there = await running;
  expect(there).toEqual(here);
  expect(here).toHaveLength(20);
});

describe("tokens", () => {
  const path = "docs/files/one-election.yaml";
  const yaml = readFileSync(fileURLToPath(new URL(path, ROOT)), "utf8");

  test("of a failure that was shrunk in the browser have the same content", PATIENT, async () => {
    const here = engine.token(yaml, path, 3);
    const there = String(await inBrowser("token", yaml, path, 3));
    expect(engine.content(there)).toBe(engine.content(here));
    expect(await inBrowser("content", here)).toBe(engine.content(here));
    expect(await inBrowser("story", here)).toBe(engine.story(there));
  });

  test("that are damaged are refused there as well", PATIENT, async () => {
    await expect(inBrowser("content", "k1-AAAAAAAA")).rejects.toThrow("the token is damaged");
  });
});

test("the explorer and the checker give the same there", PATIENT, async () => {
  expect(await inBrowser("explored", "one-node")).toBe(19);
  const history = [
    { type: "operation", process: "a", f: "write", value: 3, call: 0, return: 4, status: "ok" },
    { type: "operation", process: "b", f: "read", call: 5, return: 6, status: "ok", output: 2 },
  ];
  const lines = history.map((line) => JSON.stringify(line)).join("\n");
  expect(await inBrowser("judged", lines)).toBe("violated");
});
