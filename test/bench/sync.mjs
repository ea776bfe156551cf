/**
 * What a sync costs in a file that grows, and in one whose space is reserved: `pnpm bench:sync [rounds]`.
 *
 * Each round writes and syncs batches one after another into a new file of each kind, in turn, so that a change of the machine's
 * speed affects all. A file that reserves is given zeros by the same sync, whenever a batch went beyond them, as the log does.
 * Printed are medians over the turns of all rounds, in us: of the turns that reserve nothing, and, after a plus sign, how much
 * longer one takes that does, in brackets spread over the turns between two of them.
 */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const STEPS = [0, 16, 64, 256, 1024].map((kib) => kib * 1024);
const BATCHES = [300, 2000, 8000, 16_000, 32_000, 128_000];
const TURNS_MAX = 250;
const FILE_BYTES = 2 * 1024 * 1024;
const ZEROS = Buffer.alloc(1024 * 1024);

const rounds = Number(process.argv[2] ?? 15);
const folder = fs.mkdtempSync(join(tmpdir(), "kontiki-sync-"));

/** The times of a file's turns, in us. */
function timesOf(batchBytes, step) {
  const times = { usual: [], reserving: [] };
  const path = join(folder, "log");
  const fd = fs.openSync(path, "w");
  const batch = Buffer.alloc(batchBytes, 7);
  const turns = Math.min(TURNS_MAX, Math.ceil(FILE_BYTES / batchBytes));
  let [end, reserved] = [0, 0];
  for (let turn = 0; turn < turns; turn += 1) {
    const begin = performance.now();
    fs.writeSync(fd, batch, 0, batchBytes, end);
    end += batchBytes;
    const isReserving = step > 0 && end > reserved;
    if (isReserving) {
      fs.writeSync(fd, ZEROS, 0, step, end);
      reserved = end + step;
    }
    fs.fdatasyncSync(fd);
    times[isReserving ? "reserving" : "usual"].push((performance.now() - begin) * 1000);
  }
  fs.closeSync(fd);
  fs.unlinkSync(path);
  return times;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function cell(batchBytes, step, all) {
  const usual = median(all.flatMap((times) => times.usual));
  if (step === 0) return usual.toFixed(0);
  const more = median(all.flatMap((times) => times.reserving)) - usual;
  const turns = Math.max(1, Math.floor(step / batchBytes));
  return `${usual.toFixed(0)} +${more.toFixed(0)} (${(more / turns).toFixed(0)})`;
}

console.log(`batch bytes${STEPS.map((step) => `${step / 1024} KiB`.padStart(18)).join("")}`);
for (const batchBytes of BATCHES) {
  const all = STEPS.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [at, step] of STEPS.entries()) all[at].push(timesOf(batchBytes, step));
  const cells = STEPS.map((step, at) => cell(batchBytes, step, all[at]).padStart(18));
  console.log(`${String(batchBytes).padStart(11)}${cells.join("")}`);
}
fs.rmdirSync(folder);
