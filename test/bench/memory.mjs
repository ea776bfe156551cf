/**
 * What keys cost in memory, and whether many of them slow a cluster down:
 * `pnpm bench:memory [--keys N] [--puts N] [--bytes N] [--outstanding N] [--data DIR]`.
 *
 * Puts that many distinct keys into three nodes, with snapshots as by default, one round after the other until there
 * were that many puts (one round by default). Prints for each tenth of the puts the speed and the resident memory of the
 * process. At the end each thread collects its garbage and tells what is left.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Cluster } from "../../packages/actors/dist/index.js";

const { values } = parseArgs({
  options: {
    keys: { type: "string", default: "1000000" },
    puts: { type: "string" },
    bytes: { type: "string", default: "100" },
    outstanding: { type: "string", default: "1024" },
    data: { type: "string" },
  },
});
const [keys, bytes, outstanding] = [values.keys, values.bytes, values.outstanding].map(Number);
const puts = Number(values.puts ?? keys);
const MIB = 2 ** 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

/** A line of /proc/self/status in MiB; NaN where there is no such file. */
function processMiB(name) {
  try {
    const status = readFileSync("/proc/self/status", "latin1");
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

function row(...cells) {
  console.log(cells.map((cell) => String(cell).padStart(11)).join(""));
}

const inMiB = (count) => (count / MIB).toFixed(0);

async function fill(cluster) {
  let next = 0;
  let answered = 0;
  let since = performance.now();
  const tenth = Math.ceil(puts / 10);
  const onAnswer = (outcome) => {
    if (outcome.type !== "ok") throw new Error(JSON.stringify(outcome));
    answered += 1;
    if (answered % tenth !== 0 && answered !== puts) return;
    const now = performance.now();
    const count = answered % tenth || tenth;
    const speed = Math.round((count * 1000) / (now - since));
    row(answered, speed, processMiB("VmRSS").toFixed(0), inMiB(process.memoryUsage().heapUsed));
    since = now;
  };
  const slot = async () => {
    while (next < puts) {
      const key = `key/${next++ % keys}`;
      onAnswer(await cluster.propose({ type: "put", key, value: key.padEnd(bytes, "x") }));
    }
  };
  row("puts", "puts/s", "RSS MiB", "main MiB");
  await Promise.all(Array.from({ length: outstanding }, slot));
}

async function report(cluster) {
  await cluster.converged({ timeoutMs: 120_000 });
  console.log(
    `peak RSS ${processMiB("VmHWM").toFixed(0)} MiB, now ${processMiB("VmRSS").toFixed(0)} MiB`,
  );
  row("MiB", "live heap", "its pages", "external");
  for (const node of cluster.nodeIds) {
    const { value } = await cluster.read({ type: "memory" }, { node, consistency: "stale" });
    row(node, inMiB(value.live), inMiB(value.resident), inMiB(value.external));
  }
  collect();
  const { used_heap_size, total_physical_size } = getHeapStatistics();
  const { external } = process.memoryUsage();
  row("main", inMiB(used_heap_size), inMiB(total_physical_size), inMiB(external));
  console.log(`after collecting garbage everywhere: RSS ${processMiB("VmRSS").toFixed(0)} MiB`);
}

const dataDir = values.data === undefined ? undefined : mkdtempSync(join(values.data, "memory-"));
const cluster = await Cluster.start({
  nodes: 3,
  stateMachine: new URL("measured-machine.mjs", import.meta.url),
  ...(dataDir === undefined ? {} : { dataDir }),
});
try {
  await cluster.leader();
  await fill(cluster);
  await report(cluster);
} finally {
  await cluster.stop();
  if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
}
