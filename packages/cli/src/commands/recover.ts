import { Option } from "commander";
import type { RecoverOptions } from "../actions/recover.ts";
import type { Define } from "./define.ts";
import { directory } from "./options.ts";

/** `kontiki recover`: makes one node the entire cluster, after confirmation. */
export const defineRecover: Define = (command, { host, done }) => {
  command
    .addOption(
      new Option("--data <dir>", "where the nodes keep their logs")
        .default("./kontiki-data")
        .argParser(directory),
    )
    .option("--node <node>", "the node to continue with; without it the nodes are only compared")
    .option("--yes", "do it without asking; needed where there is no terminal")
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (options: RecoverOptions) => {
      const { recover } = await import("../actions/recover.ts");
      done(await recover(options, host));
    });
};

const HELP = `
Examples:
  $ kontiki recover --data ./kontiki-data
  $ kontiki recover --data ./kontiki-data --node n2
  $ kontiki recover --data ./kontiki-data --node n2 --yes --json

Use it when a majority of the nodes is permanently lost, so that the cluster can no longer agree on
anything. Stop the cluster first. One node's log gets an entry that makes this node the entire cluster,
although no majority agreed. Commands that the cluster acknowledged and this node does not have are
lost; commands that it has and that were never acknowledged take effect. So choose the node that has
most of the log: the comparison names it. The directories of the other nodes are set aside, as
<node>.removed-<number>, and must never be used with this cluster again. Afterwards, add nodes with
"member add".

Exit status: 0 done, or only compared, or not confirmed; 1 failed, 2 bad usage, or no folder --data; 130
interrupted by Ctrl-C.`;
