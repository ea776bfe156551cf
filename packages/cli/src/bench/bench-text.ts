import type { Colors } from "../output/colors.ts";
import type { LoadOptions } from "./load-options.ts";
import type { Measured } from "./load.ts";
import type { Verification } from "./verify-cluster.ts";

/** A benchmark and its results. */
export type BenchRun = {
  readonly options: LoadOptions & { readonly nodes: number; readonly memory?: true };
  readonly measured: Measured;
  readonly verification: Verification;
};

/** One JSON line. Times are in microseconds (`Us`) or seconds. */
export function benchJson({ options, measured, verification }: BenchRun): string {
  const { latency, cpu, operations } = measured;
  const line = {
    peer: "kontiki",
    durable: options.memory !== true,
    payload: options.payload,
    outstanding: options.outstanding,
    batch: options.batch,
    opsPerSecond: Math.floor(operations / options.seconds),
    p50Us: operations === 0 ? null : round(latency.p50, 1),
    p99Us: operations === 0 ? null : round(latency.p99, 1),
    maxUs: operations === 0 ? null : round(latency.max, 1),
    cpuSeconds: round(cpu.own, 2),
    otherCpuSeconds: round(cpu.other, 2),
    seconds: options.seconds,
    verified: verification.problems.length === 0,
  };
  return `${JSON.stringify(line)}\n`;
}

/** The results for people. */
export function benchText({ options, measured, verification }: BenchRun, colors: Colors): string {
  const { latency, cpu, operations } = measured;
  const ms = (microseconds: number): string => `${(microseconds / 1000).toFixed(2)} ms`;
  const verified = verification.problems.length === 0;
  const rows = [
    [
      "cluster",
      `${options.nodes} ${options.nodes === 1 ? "node" : "nodes"}, logs ${options.memory === true ? "in memory" : "durable"}`,
    ],
    [
      "load",
      `${options.outstanding} outstanding puts of ${options.payload} bytes${options.batch === 1 ? "" : `, proposed ${options.batch} at a time`}`,
    ],
    ["throughput", `${Math.floor(operations / options.seconds)} puts/s over ${options.seconds} s`],
    [
      "latency",
      operations === 0
        ? "no put was answered within that time"
        : `p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, max ${ms(latency.max)}`,
    ],
    ["cpu", `${cpu.own.toFixed(2)} s, other processes ${cpu.other.toFixed(2)} s`],
    [
      "checked",
      `${verification.puts} puts, ${verification.keys} keys, ${verification.entries} log entries on each node`,
    ],
    ["verified", verified ? colors.green("yes") : colors.red("no")],
  ];
  return rows.map(([name, value]) => `${colors.dim(name?.padEnd(12) ?? "")}${value}\n`).join("");
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
