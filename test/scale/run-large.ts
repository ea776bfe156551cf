import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { largeHistory, type Shape } from "./large.ts";

const USAGE = `usage: pnpm check:large [--only TEXT]... [--seconds N] [--memory MIB] [--seed N]

Makes large histories, checks each with \`kontiki check\` in a process of its own, and prints how long that took and how much
memory the process held at most.

  --only TEXT     only the histories whose name contains this; can be repeated
  --seconds N     time limit of each check (default 60)
  --memory MIB    memory limit of each check (default 1024)
  --seed N        what the histories are drawn from (default 1)

Status 0: each check ended in a verdict or unknown, within its limits. 1: one did not. 2: bad usage.
`;

const BIN = fileURLToPath(new URL("../../../packages/cli/dist/bin.js", import.meta.url));

const one = { keys: 1, lost: 0, isSpoiled: false } as const;

const SHAPES: Readonly<Record<string, Shape>> = {
  "register, 50 clients, 5 values": {
    ...one,
    model: "register",
    operations: 200_000,
    clients: 50,
    values: 5,
  },
  "register, 50 clients, new values": {
    ...one,
    model: "register",
    operations: 200_000,
    clients: 50,
  },
  "1000 registers, 50 clients": {
    ...one,
    model: "register",
    operations: 1_000_000,
    clients: 50,
    keys: 1000,
    values: 5,
  },
  "register, 300 never returned": {
    ...one,
    model: "register",
    operations: 5000,
    clients: 10,
    lost: 300,
  },
  "register, 300 never returned, violated": {
    ...one,
    model: "register",
    operations: 5000,
    clients: 10,
    lost: 300,
    isSpoiled: true,
  },
  "register with cas, 300 never returned": {
    ...one,
    model: "register",
    operations: 5000,
    clients: 10,
    values: 100,
    lost: 300,
  },
  "register with cas, 300 never returned, violated": {
    ...one,
    model: "register",
    operations: 5000,
    clients: 10,
    values: 100,
    lost: 300,
    isSpoiled: true,
  },
  "set, 10 clients": { ...one, model: "set", operations: 5000, clients: 10 },
  "set, 50 clients": { ...one, model: "set", operations: 5000, clients: 50 },
  "set, 10 clients, violated": {
    ...one,
    model: "set",
    operations: 5000,
    clients: 10,
    isSpoiled: true,
  },
  "set, 300 never returned": { ...one, model: "set", operations: 5000, clients: 10, lost: 300 },
  "set, 300 never returned, violated": {
    ...one,
    model: "set",
    operations: 5000,
    clients: 10,
    lost: 300,
    isSpoiled: true,
  },
  "queue, 20 clients": { ...one, model: "queue", operations: 20_000, clients: 20 },
  "list, 20 clients": {
    ...one,
    model: "list-append",
    operations: 20_000,
    clients: 20,
    reads: 0.05,
  },
};

/** What a process does at its end: it tells the most memory that it held, in KiB, on a channel of its own. */
const REPORT =
  "data:text/javascript," +
  encodeURIComponent(
    `import { writeSync } from "node:fs";
     process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));`,
  );

process.exitCode = await main(process.argv.slice(2));

type Options = {
  readonly names: readonly string[];
  readonly seconds: number;
  readonly memory: number;
  readonly seed: number;
};

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (typeof options === "string") {
    process.stderr.write(options);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "kontiki-large-"));
  try {
    let isWell = true;
    for (const name of options.names) {
      const shape = SHAPES[name];
      if (shape === undefined) continue;
      const file = join(folder, "history.jsonl");
      save(shape, options.seed, file);
      const checked = await check(file, shape, options);
      isWell &&= isWithin(checked, options);
      process.stdout.write(`${name.padEnd(48)} ${textOf(checked)}\n`);
    }
    return isWell ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function save(shape: Shape, seed: number, file: string): void {
  const descriptor = openSync(file, "w");
  let text = "";
  for (const line of largeHistory(shape, seed)) {
    text += `${line}\n`;
    if (text.length < 2 ** 20) continue;
    writeSync(descriptor, text);
    text = "";
  }
  writeSync(descriptor, text);
  closeSync(descriptor);
}

type Checked = {
  readonly status: number | null;
  readonly seconds: number;
  /** The most memory that the process held, in MiB. */
  readonly memory: number;
  readonly answer: string;
};

async function check(
  file: string,
  { model }: Shape,
  { seconds, memory }: Options,
): Promise<Checked> {
  const limits = ["--seconds", String(seconds), "--memory", String(memory)];
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ["--import", REPORT, BIN, "check", file, "--model", model, ...limits],
    { stdio: ["ignore", "pipe", "inherit", "pipe"] },
  );
  const [answer, held] = ["", ""].map((text) => ({ text }));
  for (const [at, into] of [
    [1, answer],
    [3, held],
  ] as const)
    child.stdio[at]?.on("data", (bytes: Buffer) => {
      if (into !== undefined) into.text += bytes.toString();
    });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    status,
    seconds: (performance.now() - start) / 1000,
    memory: Number(held?.text) / 1024,
    answer: answer?.text ?? "",
  };
}

/** A process needs some time to start and to end, and some memory for the next step before it looks again. */
function isWithin({ status, seconds, memory }: Checked, limits: Options): boolean {
  const hasAnswer = status === 0 || status === 1 || status === 3;
  return hasAnswer && seconds < 1.1 * limits.seconds + 2 && memory < 1.1 * limits.memory + 64;
}

function textOf({ status, seconds, memory, answer }: Checked): string {
  const [verdict = ""] = answer.split(":");
  const cost = /(\d+ steps, \d+ configurations)/.exec(answer)?.[1] ?? "";
  return `${(verdict || `status ${status}`).padEnd(9)} ${seconds.toFixed(1).padStart(6)} s ${memory.toFixed(0).padStart(6)} MiB  ${cost}`;
}

/** Parses the options. Returns a text when they are wrong, or for `--help`. */
function optionsOf(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true, default: [] },
        seconds: { type: "string", default: "60" },
        memory: { type: "string", default: "1024" },
        seed: { type: "string", default: "1" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return USAGE;
    const [seconds, memory, seed] = [values.seconds, values.memory, values.seed].map(Number);
    if (![seconds, memory, seed].every((number) => Number.isInteger(number) && Number(number) > 0))
      return "--seconds, --memory and --seed must be whole numbers of at least 1\n";
    const names = Object.keys(SHAPES).filter(
      (name) => values.only.length === 0 || values.only.some((text) => name.includes(text)),
    );
    return { names, seconds: seconds ?? 0, memory: memory ?? 0, seed: seed ?? 0 };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}
