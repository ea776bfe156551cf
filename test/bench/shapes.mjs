/**
 * Larger values, and fewer and more nodes: `pnpm bench:shapes [--rounds N] [--seconds S] [--warmup S] [--data DIR]`.
 *
 * `kontiki bench` in rotation, medians over the rounds. Beside the values: what the same disk writes one after the other, in
 * writes of 1 MiB, synced at the end of each 16 MiB. Three nodes write each value three times, so a third of that is the most
 * that a cluster on one disk can reach.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "3" },
    warmup: { type: "string", default: "4" },
    data: { type: "string", default: tmpdir() },
  },
});
const BIN = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));
const MIB = 2 ** 20;

const PAYLOADS = [100, 1024, 65_536].flatMap((payload) =>
  ["durable", "memory"].map((storage) => ({ storage, payload, nodes: 3, outstanding: 64 })),
);
const SIZES = [1, 3, 5, 7].flatMap((nodes) =>
  ["durable", "memory"].flatMap((storage) =>
    [1, 64, 1024].map((outstanding) => ({ storage, payload: 100, nodes, outstanding })),
  ),
);

function bench({ storage, payload, nodes, outstanding }) {
  const args = ["bench", "--json", `--${storage}`, "--payload", payload, "--nodes", nodes];
  args.push("--outstanding", outstanding, "--seconds", values.seconds, "--warmup", values.warmup);
  if (storage === "durable") args.push("--data", values.data);
  const text = execFileSync(process.execPath, [BIN, ...args.map(String)], { encoding: "utf8" });
  const measured = JSON.parse(text);
  if (!measured.verified) throw new Error(`${args.join(" ")}: not verified`);
  return measured;
}

/** Bytes a second that the disk writes one after the other. */
function sequential() {
  const folder = fs.mkdtempSync(join(values.data, "kontiki-shapes-"));
  const fd = fs.openSync(join(folder, "file"), "w");
  const [block, count] = [Buffer.alloc(MIB, 7), 256];
  const begin = performance.now();
  for (let written = 1; written <= count; written += 1) {
    fs.writeSync(fd, block);
    if (written % 16 === 0) fs.fdatasyncSync(fd);
  }
  const seconds = (performance.now() - begin) / 1000;
  fs.closeSync(fd);
  fs.rmSync(folder, { recursive: true });
  return (count * MIB) / seconds;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function row(...cells) {
  console.log(cells.map((cell) => String(cell).padStart(13)).join(""));
}

function table(shapes, runs) {
  row("storage", "nodes", "bytes", "outstanding", "puts/s", "MiB/s", "p50 us", "p99 us");
  for (const shape of shapes) {
    const all = runs.get(shape);
    const rate = median(all.map(({ opsPerSecond }) => opsPerSecond));
    const [p50, p99] = ["p50Us", "p99Us"].map((name) => median(all.map((run) => run[name])));
    const { storage, nodes, payload, outstanding } = shape;
    const mib = ((rate * payload) / MIB).toFixed(1);
    row(storage, nodes, payload, outstanding, rate, mib, p50.toFixed(0), p99.toFixed(0));
  }
}

const shapes = [...PAYLOADS, ...SIZES];
const runs = new Map(shapes.map((shape) => [shape, []]));
const disk = [];
for (let round = 1; round <= Number(values.rounds); round += 1) {
  disk.push(sequential());
  for (const [at, shape] of shapes.entries()) {
    process.stderr.write(`round ${round}, ${at + 1} of ${shapes.length}\r`);
    runs.get(shape).push(bench(shape));
  }
}
console.log(`the disk writes ${(median(disk) / MIB).toFixed(0)} MiB/s one after the other`);
table(PAYLOADS, runs);
table(SIZES, runs);
