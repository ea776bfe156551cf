import { KontikiError, VALUE_BYTES_MAX } from "@kontiki/actors";
import { Command, Option } from "commander";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "../bench/verify-cluster.ts";
import { Load, VALUE_BYTES_MIN } from "../bench/load.ts";
import { benchJson, benchText, type BenchRun } from "../bench/bench-text.ts";
import { firstLeader, withCluster, type StartCluster } from "../launch/cluster.ts";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { nodesOption, path, seconds, wholeNumber } from "./options.ts";
import { write } from "../output/output.ts";
import { messageOf } from "../session/answer.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";

type BenchOptions = {
  readonly nodes: number;
  readonly memory?: true;
  readonly outstanding: number;
  readonly payload: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly data: string;
  readonly json?: true;
};

/** `kontiki bench`: puts in a closed loop, verified at the end. `done` is told the exit status. */
export function benchCommand(
  host: Host,
  start: StartCluster,
  done: (status: number) => void,
): Command {
  return new Command("bench")
    .description(
      "measure a cluster of its own with puts in a closed loop, and verify it at the end",
    )
    .addOption(nodesOption().default(3))
    .addOption(new Option("--durable", "logs on disk, every write synced (default)"))
    .addOption(new Option("--memory", "logs in memory").conflicts(["durable", "data"]))
    .addOption(number("--outstanding <count>", "proposals kept in flight", 1, 65_536).default(64))
    .addOption(
      number("--payload <bytes>", "bytes of a value", VALUE_BYTES_MIN, VALUE_BYTES_MAX).default(
        100,
      ),
    )
    .addOption(
      new Option("--seconds <s>", "time measured").argParser(seconds(0.1, 3600)).default(3),
    )
    .addOption(
      new Option("--warmup <s>", "time before that").argParser(seconds(0, 3600)).default(1),
    )
    .addOption(
      new Option("--data <dir>", "where to make a directory, which is removed at the end")
        .argParser(path)
        .default(tmpdir(), "the system's temporary directory"),
    )
    .option("--json", "print one JSON object")
    .addHelpText("after", BENCH_HELP)
    .action(async (options: BenchOptions) => done(await bench(options, host, start)));
}

function number(flags: string, description: string, min: number, max: number): Option {
  return new Option(flags, `${description}: ${min} to ${max}`).argParser(wholeNumber(min, max));
}

/** No snapshot is taken, so that each entry of the log is there to be checked. */
const WHOLE_LOG = { snapshotEntries: 1e9, snapshotBytes: 2 ** 40 } as const;

const BENCH_HELP = `
Examples:
  $ kontiki bench
  $ kontiki bench --outstanding 1024 --seconds 10
  $ kontiki bench --memory --payload 1000 --json

Each of --outstanding slots puts to keys of its own, one put after another, through the same client
that programs use. Latency is from the proposal to its answer, counted for answers within --seconds.
Then every key is read back, and all logs and states must be equal and hold each put exactly once. For
that the logs are kept whole: no snapshots are taken.
A temporary directory in memory (tmpfs) makes --durable mean little: name a --data on a disk.
Exit status: 0 verified, 1 not verified, 2 bad usage, 130 interrupted.`;

async function bench(options: BenchOptions, host: Host, start: StartCluster): Promise<number> {
  const dataDir = options.memory === true ? undefined : makeDirectory(options.data);
  try {
    return await measure(options, dataDir, host, start);
  } finally {
    if (dataDir !== undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

function makeDirectory(base: string): string {
  try {
    // One level only: with more, mkdir never returns in places such as /proc.
    if (!existsSync(base)) mkdirSync(base);
    return mkdtempSync(join(base, "kontiki-bench-"));
  } catch (error) {
    throw new KontikiError(
      `cannot make a directory in ${base}: ${messageOf(error)}; name another by --data`,
    );
  }
}

async function measure(
  options: BenchOptions,
  dataDir: string | undefined,
  host: Host,
  start: StartCluster,
): Promise<number> {
  const { signal, stdout, env } = host;
  const notes = new Notes(host);
  const run = await withCluster(
    start,
    { nodes: options.nodes, dataDir, ...WHOLE_LOG },
    notes,
    async (cluster) => {
      await firstLeader(cluster, notes, host);
      return unlessAborted(signal, async () => {
        const load = new Load(cluster, options, signal);
        const measured = await notes.during("measuring ...", load.run());
        const checked = await notes.during("verifying ...", check(cluster, load, signal));
        return { options, measured, checked } satisfies BenchRun;
      });
    },
  );
  if (run === undefined) return interruptedStatus(signal) ?? EXIT_FAILED;
  const { problems } = run.checked;
  const text = options.json === true ? benchJson(run) : benchText(run, colorsFor(stdout, env));
  await write(stdout, text);
  for (const problem of problems) notes.problem(`not verified: ${problem}`);
  return problems.length === 0 ? EXIT_OK : EXIT_FAILED;
}

/** What `work` resolves to; undefined when `signal` cuts it short, whatever it throws then. */
async function unlessAborted<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return signal.aborted ? undefined : await work();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
