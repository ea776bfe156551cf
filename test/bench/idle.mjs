/**
 * What a cluster costs that nobody asks for anything: `pnpm bench:idle [--seconds N] [--settle N]`, on Linux.
 *
 * Starts `kontiki up` with three nodes and logs on disk, waits until it has settled, and counts for each of its threads how
 * often it was woken (voluntary context switches) and how long it ran. A second run with one node tells what each node has
 * in memory.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const BIN = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));
/** Threads that used less than this part of a core are left out. */
const LEAST = 0.0002;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    settle: { type: "string", default: "60" },
  },
});
const [seconds, settle] = [values.seconds, values.settle].map(Number);

/** For each thread: how often it was woken, and for how many ms it ran. */
function threadsOf(pid) {
  const threads = new Map();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const read = (name) => readFileSync(`/proc/${pid}/task/${task}/${name}`, "latin1");
    try {
      const woken = Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read("status"))?.[1]);
      threads.set(task, { woken, ms: Number(read("schedstat").split(" ")[0]) / 1e6 });
    } catch (error) {
      // A thread may end meanwhile.
      if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
    }
  }
  return threads;
}

function residentMiB(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/** Runs `look` beside a cluster that has settled. */
async function besideCluster(nodes, look) {
  const data = mkdtempSync(join(tmpdir(), "kontiki-idle-"));
  const args = [BIN, "up", "--nodes", String(nodes), "--data", data];
  const program = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "ignore"] });
  const ended = new Promise((resolve) => program.once("exit", resolve));
  try {
    await sleep(settle * 1000);
    if (program.exitCode !== null) throw new Error("kontiki up has ended");
    return await look(program.pid);
  } finally {
    program.stdin.end("quit\n");
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
}

function row(...cells) {
  console.log(cells.map((cell) => String(cell).padStart(16)).join(""));
}

const three = await besideCluster(3, async (pid) => {
  const [before, since] = [threadsOf(pid), performance.now()];
  await sleep(seconds * 1000);
  const took = (performance.now() - since) / 1000;
  const rows = [...threadsOf(pid)].map(([thread, { woken, ms }]) => {
    const then = before.get(thread) ?? { woken: 0, ms: 0 };
    return { woken: (woken - then.woken) / took, part: (ms - then.ms) / took / 1000 };
  });
  row("thread", "woken a second", "% of a core");
  const shown = rows.sort((a, b) => b.part - a.part).filter(({ part }) => part >= LEAST);
  for (const [at, { woken, part }] of shown.entries())
    row(at + 1, woken.toFixed(1), (100 * part).toFixed(2));
  const sum = (of) => rows.reduce((total, each) => total + of(each), 0);
  row("all", sum(({ woken }) => woken).toFixed(1), (100 * sum(({ part }) => part)).toFixed(2));
  return residentMiB(pid);
});
const one = await besideCluster(1, residentMiB);
console.log(`memory: ${three.toFixed(0)} MiB with three nodes, ${one.toFixed(0)} MiB with one`);
console.log(`so a node takes ${((three - one) / 2).toFixed(1)} MiB`);
