import type { Command } from "commander";
import type { DamageOptions, PurgeOptions } from "../actions/damage.ts";
import type { Define } from "./define.ts";
import { directory } from "./options.ts";

/** `kontiki damage`: the damaged files that are kept in a data directory, listed or removed. */
export const defineDamage: Define = (command, { host, done }) => {
  withCommon(
    command.command("list").description("list the damaged files that are kept in a data directory"),
  ).action(async (path: string, options: DamageOptions) => {
    const { listDamaged } = await import("../actions/damage.ts");
    done(await listDamaged(path, options, host));
  });
  withCommon(
    command
      .command("purge")
      .description("permanently remove the damaged files that are kept in a data directory")
      .option("--yes", "do it without asking; needed where there is no terminal"),
  ).action(async (path: string, options: PurgeOptions) => {
    const { purgeDamaged } = await import("../actions/damage.ts");
    done(await purgeDamaged(path, options, host));
  });
  command.addHelpText("after", HELP);
};

function withCommon(command: Command): Command {
  return command
    .argument("[dir]", "where the nodes keep their logs", directory, "./kontiki-data")
    .option("--node <node>", "only the files of this node")
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP);
}

const HELP = `
Examples:
  $ kontiki damage list
  $ kontiki damage list ./kontiki-data --node n2 --json
  $ kontiki damage purge ./kontiki-data

Files that a node finds damaged are never changed or removed: they keep their names, with .damaged-1
for what its first damaged start found, .damaged-2 for the second, and so on. As long as entries are
missing, all nodes use what is intact in them. When a node is wiped or removed whose disk held damaged
files, or that had failed, its folder is kept as <node>.damaged-<number>.

"list" may be used while the cluster runs. "purge" needs a stopped cluster whose nodes are all
repaired. Nothing else removes these files.

Exit status: 0 done, or not confirmed; 1 failed, 2 bad usage; 130 interrupted by Ctrl-C.`;
