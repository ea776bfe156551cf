import { Option } from "commander";
import { tmpdir } from "node:os";
import type { BenchOptions } from "../actions/bench.ts";
import { VALUE_BYTES_MIN } from "../bench/load-options.ts";
import { VALUE_BYTES_MAX } from "../host/limits.ts";
import type { Define } from "./define.ts";
import { directory, nodesOption, seconds, wholeNumber } from "./options.ts";

/** `kontiki bench`: puts in a closed loop, verified at the end. */
export const defineBench: Define = (command, { host, start, done }) => {
  command
    .addOption(nodesOption().default(3))
    .addOption(new Option("--durable", "logs on disk, every write synced (default)"))
    .addOption(new Option("--memory", "logs in memory").conflicts(["durable", "data"]))
    .addOption(number("--outstanding <count>", "puts kept in flight", 1, 65_536).default(64))
    .addOption(
      number("--batch <count>", "puts proposed together, by proposeAll", 1, 65_536).default(1),
    )
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
        .argParser(directory)
        .default(tmpdir(), "the system's temporary directory"),
    )
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (options: BenchOptions) => {
      const { bench } = await import("../actions/bench.ts");
      done(await bench(options, host, start));
    });
};

function number(flags: string, description: string, min: number, max: number): Option {
  return new Option(flags, `${description}: ${min} to ${max}`).argParser(wholeNumber(min, max));
}

const HELP = `
Examples:
  $ kontiki bench
  $ kontiki bench --outstanding 1024 --seconds 10
  $ kontiki bench --outstanding 1024 --batch 64
  $ kontiki bench --memory --payload 1000 --json

There are --outstanding slots. Each has its own keys and puts one value after another, through the
same client that programs use. Latency is the time from a proposal to its answer, of all answers
within --seconds. With --batch that many slots propose together, in one call of proposeAll, and
wait for each other. Afterwards every key is read back. The state machines must have applied as many
puts as were acknowledged, and all states and logs must be equal. Nodes take snapshots and compact
their logs as by default, so a long run does not grow.
On a file system in memory (tmpfs) --durable measures no disk: use --data to name a directory on one.

Exit status: 0 verified, 1 not verified, 2 bad usage, 130 interrupted by Ctrl-C.`;
