import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { kontiki, temporaryDirectory } from "../support/kontiki.ts";

const QUICK = ["bench", "--warmup", "0.1", "--seconds", "0.3"];

test("a durable bench is verified, prints one line, and leaves nothing", async () => {
  const data = temporaryDirectory();
  const { status, stdout, stderr } = await kontiki([...QUICK, "--data", data, "--json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const line = JSON.parse(stdout) as Record<string, unknown>;
  expect(Object.keys(line)).toEqual([
    "peer",
    "durable",
    "payload",
    "outstanding",
    "batch",
    "opsPerSecond",
    "p50Us",
    "p99Us",
    "maxUs",
    "cpuSeconds",
    "otherCpuSeconds",
    "seconds",
    "verified",
  ]);
  expect(line).toMatchObject({
    peer: "kontiki",
    durable: true,
    payload: 100,
    outstanding: 64,
    seconds: 0.3,
    verified: true,
  });
  expect(line["opsPerSecond"]).toBeGreaterThan(0);
  expect(line["p50Us"]).toBeLessThanOrEqual(line["p99Us"] as number);
  expect(line["p99Us"]).toBeLessThanOrEqual(line["maxUs"] as number);
  expect(readdirSync(data)).toEqual([]);
});

test.each([
  ["many small puts", ["--outstanding", "1024", "--payload", "16"]],
  ["few large puts", ["--outstanding", "4", "--payload", "1048576"]],
  ["one node", ["--nodes", "1"]],
])("in memory: %s", async (_title, options) => {
  const { status, stdout } = await kontiki([...QUICK, "--memory", ...options]);
  expect(stdout).toMatch(/^verified\s+yes$/m);
  expect(status).toBe(0);
});
