import type { ClusterOptions } from "@kontiki/actors";
import { Option, type Command } from "commander";
import { path, priority, share, wholeNumber } from "./options.ts";

/** Options of a cluster that most people never need, as they were read. */
export type TuningOptions = {
  readonly snapshotEntries?: number;
  readonly snapshotBytes?: number;
  readonly keptEntries?: number;
  readonly maxUncommittedBytes?: number;
  readonly leaseDrift?: number;
  readonly priority?: NonNullable<ClusterOptions["priorities"]>;
  readonly trace?: string;
};

const COUNT_MAX = 1_000_000_000;
const BYTES_MAX = 1024 ** 4;

/** Adds them to a command. */
export function withTuning(command: Command): Command {
  const option = (flags: string, text: string, read: (given: string) => unknown): void =>
    void command.addOption(new Option(flags, text).argParser(read));
  option(
    "--snapshot-entries <count>",
    "a node takes a snapshot after so many entries since its last (default: 10000)",
    wholeNumber(1, COUNT_MAX),
  );
  option(
    "--snapshot-bytes <bytes>",
    "or when its log has so many bytes (default: 67108864)",
    wholeNumber(1, BYTES_MAX),
  );
  option(
    "--kept-entries <count>",
    "entries before a snapshot that stay in the log for slow followers (default: 1024)",
    wholeNumber(0, COUNT_MAX),
  );
  option(
    "--max-uncommitted-bytes <bytes>",
    "a leader with so many bytes that are not committed takes no more (default: 67108864)",
    wholeNumber(1, BYTES_MAX),
  );
  option(
    "--lease-drift <share>",
    "answer lease reads by the leader's clock alone: sure while no two clocks drift apart by more than this share of the time",
    share(0.9),
  );
  command.addOption(
    new Option(
      "--priority <node=number>",
      "which nodes shall rather lead, the higher the rather; may be repeated",
    ).argParser(priority),
  );
  option("--trace <dir>", "write a trace of every step of every node into this folder", path);
  return command;
}

/** What they mean for a cluster. */
export function tuningOf(options: TuningOptions): ClusterOptions {
  const { snapshotEntries, snapshotBytes, keptEntries, maxUncommittedBytes, trace } = options;
  const { leaseDrift, priority: priorities } = options;
  return {
    snapshotEntries,
    snapshotBytes,
    keptEntries,
    maxUncommittedBytes,
    leases: leaseDrift === undefined ? undefined : { clockDrift: leaseDrift },
    priorities,
    trace,
  };
}
