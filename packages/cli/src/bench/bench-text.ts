import type { Colors } from "../output/colors.ts";
import type { Checked } from "./verify-cluster.ts";
import type { LoadOptions, Measured } from "./load.ts";

export type BenchRun = {
  readonly options: LoadOptions & { readonly nodes: number; readonly memory?: true };
  readonly measured: Measured;
  readonly checked: Checked;
};

/** One JSON line in the shape that harnesses of other Raft implementations print. */
export function benchJson({ options, measured, checked }: BenchRun): string {
  const { latency, cpu, operations } = measured;
  const line = {
    peer: "kontiki",
    durable: options.memory !== true,
    payload: options.payload,
    outstanding: options.outstanding,
    ops_per_s: Math.floor(operations / options.seconds),
    p50_us: round(latency.p50, 1),
    p99_us: round(latency.p99, 1),
    max_us: round(latency.max, 1),
    cpu_s: round(cpu.own, 2),
    other_cpu_s: round(cpu.other, 2),
    dur_s: options.seconds,
    verified: checked.problems.length === 0,
  };
  return `${JSON.stringify(line)}\n`;
}

/** The same for a person. */
export function benchText({ options, measured, checked }: BenchRun, colors: Colors): string {
  const { latency, cpu, operations } = measured;
  const ms = (microseconds: number): string => `${(microseconds / 1000).toFixed(2)} ms`;
  const verified = checked.problems.length === 0;
  const rows = [
    [
      "cluster",
      `${options.nodes} ${options.nodes === 1 ? "node" : "nodes"}, logs ${options.memory === true ? "in memory" : "durable"}`,
    ],
    ["load", `${options.outstanding} outstanding puts of ${options.payload} bytes`],
    ["throughput", `${Math.floor(operations / options.seconds)} puts/s over ${options.seconds} s`],
    ["latency", `p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, max ${ms(latency.max)}`],
    ["cpu", `${cpu.own.toFixed(2)} s, other processes ${cpu.other.toFixed(2)} s`],
    ["checked", `${checked.entries} log entries on each node, ${checked.keys} keys`],
    ["verified", verified ? colors.green("yes") : colors.red("no")],
  ];
  return rows.map(([name, value]) => `${colors.dim(name?.padEnd(12) ?? "")}${value}\n`).join("");
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
