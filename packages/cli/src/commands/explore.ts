import { Option } from "commander";
import type { ExploreOptions } from "../actions/explore.ts";
import { exploreHelp } from "./explore-help.ts";
import type { Define } from "./define.ts";
import { timeOption, wholeNumber } from "./options.ts";

/** `kontiki explore`: every state that a small cluster can reach. */
export const defineExplore: Define = (command, { host, loadEngines, done }) => {
  for (const [flags, description, least, most, usual] of BOUNDS) {
    const range = `${description}: ${least} to ${most}`;
    command.addOption(new Option(flags, range).argParser(wholeNumber(least, most)).default(usual));
  }
  command
    .option("--async-disk", "allow other events between a write and its sync")
    .addOption(
      new Option("--search <order>", "order of the states; breadth finds a shortest counterexample")
        .choices(["breadth", "depth"])
        .default("breadth"),
    )
    .option("--no-symmetry", "keep states apart that differ only in the names of nodes")
    .addOption(timeOption())
    .addOption(
      new Option("--memory <mib>", "memory limit of the search; the verdict is unknown beyond it")
        .argParser(wholeNumber(1, 1_048_576))
        .default(1024, "1024 MiB"),
    )
    .option("--json", "print one JSON object")
    .addHelpText("after", exploreHelp)
    .action(async (options: ExploreOptions) => {
      const { explore } = await import("../actions/explore.ts");
      done(await explore(options, host, await loadEngines()));
    });
};

const BOUNDS = [
  ["--nodes <count>", "nodes", 1, 5, 3],
  ["--terms <count>", "the highest term", 1, 63, 2],
  ["--proposals <count>", "commands that clients propose", 0, 63, 1],
  ["--crashes <count>", "crashes in a run", 0, 63, 1],
  ["--drops <count>", "messages lost in a run, besides those over --inflight", 0, 63, 0],
  ["--duplicates <count>", "messages delivered twice in a run", 0, 63, 0],
  ["--heartbeats <count>", "heartbeat timeouts in a run", 0, 63, 0],
  ["--damage <count>", "crashes in a run that lose one durable entry of a log", 0, 3, 0],
  ["--inflight <count>", "messages in flight at once", 1, 16, 2],
] as const;
