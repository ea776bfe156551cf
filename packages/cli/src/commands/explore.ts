import { InvalidArgumentError, Option, type Command } from "commander";
import type { ExploreOptions } from "../actions/explore.ts";
import { logsIn } from "../output/logs-text.ts";
import { exploreHelp } from "./explore-help.ts";
import type { Define } from "./define.ts";
import { timeOption, wholeNumber } from "./options.ts";

/** `kontiki explore`: every state that a small cluster can reach. */
export const defineExplore: Define = (command, { host, loadEngines, done }) => {
  for (const [flags, description, least, most, usual] of BOUNDS) {
    const range = `${description}: ${least} to ${most}`;
    command.addOption(new Option(flags, range).argParser(wholeNumber(least, most)).default(usual));
  }
  for (const option of beginning()) command.addOption(option);
  command
    .argument("[instance]", "a named exploration, listed below; options replace its bounds")
    .option("--pre-vote", "elections begin with a pre-vote")
    .option("--leases", "leaders may answer reads by a lease; needs --quorum-beats")
    .option("--async-disk", "allow other events between a write and its sync")
    .addOption(
      new Option("--search <order>", "order of the states; breadth finds a shortest counterexample")
        .choices(["breadth", "depth"])
        .default("breadth"),
    )
    .option("--no-rules", "check properties only, not also rules whose violation may do no harm")
    .option("--no-symmetry", "keep states apart that differ only in the names of nodes")
    .option("--hashes", "keep seen states as hashes, in a quarter of the memory")
    .addOption(timeOption())
    .addOption(
      new Option("--memory <mib>", "memory limit of the search; the verdict is unknown beyond it")
        .argParser(wholeNumber(1, 1_048_576))
        .default(1024, "1024 MiB"),
    )
    .option("--json", "print one JSON object")
    .addHelpText("after", exploreHelp)
    .action(async (name: string | undefined, options: ExploreOptions) => {
      const { explore } = await import("../actions/explore.ts");
      const { instanceOf, isExact, withinInstance } = await import("../explore/named-bounds.ts");
      const instance = name === undefined ? undefined : instanceOf(name);
      if (name !== undefined && instance === undefined)
        command.error(`error: there is no instance ${name}: --help lists all`);
      const given = Object.keys(options).filter(
        (option) => command.getOptionValueSource(option) === "cli",
      );
      const within = instance === undefined ? options : withinInstance(instance, options, given);
      checkTogether(command, within);
      const recorded = isExact(given) ? instance : undefined;
      done(await explore(within, host, await loadEngines(), recorded));
    });
};

/** What the cluster begins with. */
function beginning(): readonly Option[] {
  return [
    new Option(
      "--voters <count>",
      "nodes that are voters at first, while the others may be added: 1 to 5 (default: all nodes)",
    ).argParser(wholeNumber(1, 5)),
    new Option(
      "--logs <terms>",
      "logs that the nodes begin with: a digit for the term of each entry, such as 1,22,,22 (default: empty)",
    ).argParser(logsOf),
  ];
}

/** Reads the terms of logs. */
function logsOf(text: string): readonly (readonly number[])[] {
  const logs = logsIn(text);
  if (logs !== undefined) return logs;
  throw new InvalidArgumentError("It must be terms from 1 to 9, with commas between logs.");
}

/** Ends the command with an error when bounds do not fit together. */
function checkTogether(command: Command, options: ExploreOptions): void {
  const { leases, quorumBeats, voters, nodes, damage, snapshots, hashes, search } = options;
  if (leases === true && quorumBeats === 0)
    command.error("error: --leases needs --quorum-beats 1 or more");
  if (voters !== undefined && voters > nodes)
    command.error(`error: --voters ${voters} must be at most --nodes ${nodes}`);
  if (hashes === true && search === "depth")
    command.error("error: --hashes needs --search breadth");
  if (damage > 0 && snapshots > 0)
    command.error("error: --damage and --snapshots cannot be explored together");
}

const BOUNDS = [
  ["--nodes <count>", "nodes", 1, 5, 3],
  ["--terms <count>", "the highest term", 1, 63, 2],
  ["--proposals <count>", "commands that clients propose", 0, 63, 1],
  ["--crashes <count>", "crashes in a run", 0, 63, 1],
  ["--drops <count>", "messages lost in a run, besides those over --inflight", 0, 63, 0],
  ["--duplicates <count>", "messages delivered twice in a run", 0, 63, 0],
  ["--heartbeats <count>", "heartbeat timeouts in a run", 0, 63, 0],
  ["--damage <count>", "crashes in a run that lose one durable entry of a log", 0, 3, 0],
  ["--reads <count>", "reads that clients ask of any node", 0, 3, 0],
  ["--changes <count>", "requests for another membership, simple or joint", 0, 3, 0],
  ["--transfers <count>", "requests to transfer leadership", 0, 3, 0],
  [
    "--snapshots <count>",
    "snapshots that nodes take, after which they compact their logs",
    0,
    3,
    0,
  ],
  ["--wipes <count>", "crashes in a run after which a node has an empty disk", 0, 3, 0],
  ["--obituaries <count>", "reports that a node is dead, to any other", 0, 7, 0],
  [
    "--quorum-beats <count>",
    "heartbeats without a majority, after which a leader steps down",
    0,
    63,
    0,
  ],
  ["--inflight <count>", "messages in flight at once", 1, 16, 2],
] as const;
