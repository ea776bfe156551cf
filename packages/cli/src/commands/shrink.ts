import type { ShrinkOptions } from "../actions/shrink.ts";
import type { Define } from "./define.ts";
import { timeOption } from "./options.ts";
import { shrinkHelp } from "./replay-help.ts";

/** `kontiki shrink`: makes a failure smaller. */
export const defineShrink: Define = (command, { host, loadEngines, done }) => {
  command
    .argument("<token>", "the token that was printed with a violation, or a file with it")
    .addOption(timeOption())
    .option("--whole", "print all transitions")
    .option("--json", "print one JSON object")
    .addHelpText("after", shrinkHelp)
    .action(async (token: string, options: ShrinkOptions) => {
      const { shrink } = await import("../actions/shrink.ts");
      done(await shrink(token, options, host, await loadEngines()));
    });
};
