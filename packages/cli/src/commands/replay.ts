import { Option } from "commander";
import type { ReplayOptions } from "../actions/replay.ts";
import type { Define } from "./define.ts";
import { file } from "./options.ts";
import { replayHelp } from "./replay-help.ts";

/** `kontiki replay`: reproduces a failure. */
export const defineReplay: Define = (command, { host, loadEngines, done }) => {
  command
    .argument("<token>", "the token that was printed with a violation, or a file with it")
    .option("--story", "print the transitions that the violated claim depends on, one a line")
    .option("--whole", "print all transitions")
    .addOption(new Option("--html <file>", "also write a page that shows the run").argParser(file))
    .option("--json", "print one JSON object")
    .addHelpText("after", replayHelp)
    .action(async (token: string, options: ReplayOptions) => {
      const { replay } = await import("../actions/replay.ts");
      done(await replay(token, options, host, await loadEngines()));
    });
};
