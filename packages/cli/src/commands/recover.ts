import { Option } from "commander";
import type { RecoverOptions } from "../actions/recover.ts";
import type { Define } from "./define.ts";
import { directory } from "./options.ts";

/** `kontiki recover`: makes one node the entire cluster, after confirmation. */
export const defineRecover: Define = (command, { host, done }) => {
  command
    .argument("[dir]", "where the nodes keep their logs (default: ./kontiki-data)", directory)
    .addOption(new Option("--data <dir>", "the same as dir").argParser(directory))
    .option("--node <node>", "the node to continue with")
    .option("--merge", "continue with all that is intact on any disk")
    .option("--yes", "do it without asking; needed where there is no terminal")
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (path: string | undefined, options: RecoverOptions) => {
      if (path !== undefined && options.data !== undefined)
        command.error("error: the directory is given twice: use either dir or --data");
      const { recover } = await import("../actions/recover.ts");
      done(await recover(path ?? options.data ?? "./kontiki-data", options, host));
    });
};

const HELP = `
Examples:
  $ kontiki recover ./kontiki-data
  $ kontiki recover ./kontiki-data --node n2
  $ kontiki recover ./kontiki-data --merge
  $ kontiki recover ./kontiki-data --merge --node n2 --yes --json

Use it when the cluster can no longer agree on anything: a majority of the nodes is permanently lost,
or an entry is damaged on every disk that is left. Stop the cluster first. Without --node and --merge
the disks are only compared, and nothing is changed.

--node makes one node the entire cluster, with what is intact on its disk. --merge combines all disks:
each entry is taken from any disk that has it intact, also after a damaged part, and only if it
certainly belongs to the same log. Where logs differ, it takes the one that an election would choose.
It prints what it takes from which disk and what is left out.

Either way the node continues with a copy, on a new disk, at whose end an entry makes this node the
entire cluster, although no majority agreed. Commands that the cluster acknowledged and the copy lacks
are lost; commands that it has and that were never acknowledged take effect. Only when the copy is
complete are the directories of all nodes set aside, as <node>.removed-<number>. They must never be
used with this cluster again. Afterwards, add nodes with "member add".

Exit status: 0 done, or only compared, or not confirmed; 1 failed, 2 bad usage, or no such folder; 130
interrupted by Ctrl-C.`;
