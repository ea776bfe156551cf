/**
 * What it costs to start `kontiki`: `pnpm bench:startup [pairs]`.
 *
 * Each run of the program is paired with a run of `node -e 0` right before it, so that a change of the machine's speed
 * affects both. Of all pairs it prints the medians and their ratio. Help must cost at most 2.5 times `node -e 0`; if it
 * costs more, the exit status is 1. `up` has no bound: it starts five threads, and holds an election.
 */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const RATIO_MAX = 2.5;
const BIN = fileURLToPath(new URL("../../packages/cli/dist/bin.js", import.meta.url));
const COMMANDS = "up demo udp bench recover trace check run explore replay shrink".split(" ");

const pairs = Number(process.argv[2] ?? 10);

/** Milliseconds until a process has ended. */
function ended(args) {
  const begin = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args);
  if (status !== 0) throw new Error(`node ${args.join(" ")} failed: ${stderr}`);
  return performance.now() - begin;
}

/** Milliseconds until a cluster in memory has answered its first command. */
function answered() {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const program = spawn(process.execPath, [BIN, "up", "--memory"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    program.stdout.once("data", () => resolve(performance.now() - begin));
    program.once("close", () => reject(new Error("kontiki up ended without an answer")));
    program.stdin.end("get k\n");
  });
}

function median(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/** Measures pairs and prints a line. Resolves to the ratio of the medians. */
async function compare(name, measure) {
  const [node, kontiki] = [[], []];
  for (let pair = -1; pair < pairs; pair += 1) {
    const times = [ended(["-e", "0"]), await measure()];
    // The first pair only warms up the file system's cache.
    if (pair < 0) continue;
    node.push(times[0]);
    kontiki.push(times[1]);
  }
  const ratio = median(kontiki) / median(node);
  const cells = [median(node), median(kontiki)].map((time) => time.toFixed(1).padStart(8));
  console.log(`${name.padEnd(24)}${cells.join("")}${ratio.toFixed(2).padStart(8)}`);
  return ratio;
}

console.log(
  `${"".padEnd(24)}${["node -e 0", "kontiki", "ratio"].map((title) => title.padStart(8)).join(" ")}`,
);
const ratios = [];
for (const args of [["--help"], ["--version"], ...COMMANDS.map((command) => [command, "--help"])])
  ratios.push(await compare(args.join(" "), () => ended([BIN, ...args])));
await compare("up: first answer", answered);
const worst = Math.max(...ratios);
console.log(`help at most ${worst.toFixed(2)} times node -e 0; the bound is ${RATIO_MAX}`);
process.exitCode = worst > RATIO_MAX ? 1 : 0;
