import { Option, type Command } from "commander";
import { directory, priority, share, wholeNumber } from "./options.ts";

const COUNT_MAX = 1_000_000_000;
const BYTES_MAX = 1024 ** 4;

/** Adds options of a cluster that most people never need. */
export function withTuning(command: Command): Command {
  const option = (flags: string, text: string, read: (given: string) => unknown): void =>
    void command.addOption(new Option(flags, text).argParser(read));
  option(
    "--snapshot-entries <count>",
    "take a snapshot after this many entries (default: 50000, fewer before the first one, more if the state is large)",
    wholeNumber(1, COUNT_MAX),
  );
  option(
    "--snapshot-bytes <bytes>",
    "take a snapshot when the log has this many bytes (default: 67108864, or more if the state is large)",
    wholeNumber(1, BYTES_MAX),
  );
  option(
    "--kept-entries <count>",
    "entries before a snapshot that stay in the log for slow followers (default: 1024)",
    wholeNumber(0, COUNT_MAX),
  );
  option(
    "--max-uncommitted-bytes <bytes>",
    "a leader with this many uncommitted bytes rejects proposals (default: 67108864)",
    wholeNumber(1, BYTES_MAX),
  );
  option(
    "--lease-drift <share>",
    "answer lease reads by the leader's clock alone; safe while clocks drift apart by at most this share of the time",
    share(0.9),
  );
  command.addOption(
    new Option(
      "--priority <node=number>",
      "leader priority of a node, 0 to 100; higher is preferred; may be repeated",
    ).argParser(priority),
  );
  option(
    "--trace <dir>",
    "write a trace of every step of every node into this directory",
    directory,
  );
  return command;
}
