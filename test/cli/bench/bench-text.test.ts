import { benchJson, benchText, colorsFor, type BenchRun } from "@kontiki/cli";
import { describe, expect, test } from "vitest";

describe("bench", () => {
  const run: BenchRun = {
    options: { nodes: 3, outstanding: 64, batch: 1, payload: 100, seconds: 3, warmup: 1 },
    measured: {
      operations: 100_000,
      latency: { p50: 1234.56, p99: 4000, max: 9000.04 },
      cpu: { own: 4.567, other: 0.123 },
    },
    verification: { keys: 512, puts: 130_000, entries: 11_000, problems: [] },
  };

  test("one JSON line", () => {
    expect(benchJson(run)).toMatchInlineSnapshot(`
      "{"peer":"kontiki","durable":true,"payload":100,"outstanding":64,"batch":1,"opsPerSecond":33333,"p50Us":1234.6,"p99Us":4000,"maxUs":9000,"cpuSeconds":4.57,"otherCpuSeconds":0.12,"seconds":3,"verified":true}
      "
    `);
  });

  test("for people", () => {
    expect(benchText(run, colorsFor({}, {}))).toMatchInlineSnapshot(`
      "cluster     3 nodes, logs durable
      load        64 outstanding puts of 100 bytes
      throughput  33333 puts/s over 3 s
      latency     p50 1.23 ms, p99 4.00 ms, max 9.00 ms
      cpu         4.57 s, other processes 0.12 s
      checked     130000 puts, 512 keys, 11000 log entries on each node
      verified    yes
      "
    `);
  });

  test("without an answer in the measured time there is no latency", () => {
    const none = { ...run, measured: { ...run.measured, operations: 0 } };
    expect(benchText(none, colorsFor({}, {}))).toContain(
      "latency     no put was answered within that time\n",
    );
    expect(JSON.parse(benchJson(none))).toMatchObject({ p50Us: null, p99Us: null, maxUs: null });
  });

  test("in batches", () => {
    const batches = { ...run, options: { ...run.options, batch: 16 } };
    expect(benchText(batches, colorsFor({}, {}))).toContain(
      "64 outstanding puts of 100 bytes, proposed 16 at a time\n",
    );
    expect(JSON.parse(benchJson(batches))).toMatchObject({ outstanding: 64, batch: 16 });
  });

  test("in memory, and not verified", () => {
    const failed = {
      ...run,
      options: { ...run.options, memory: true as const },
      verification: { ...run.verification, problems: ["the logs differ at index 3"] },
    };
    expect(JSON.parse(benchJson(failed))).toMatchObject({ durable: false, verified: false });
  });
});
