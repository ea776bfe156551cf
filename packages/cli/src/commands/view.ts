import { Option } from "commander";
import type { ViewOptions } from "../actions/view.ts";
import { SEEDS } from "../host/limits.ts";
import type { Define } from "./define.ts";
import { file, wholeNumber } from "./options.ts";
import { viewHelp } from "./view-help.ts";

const PORT_MAX = 65_535;

/** `kontiki view`: a page that shows a run. */
export const defineView: Define = (command, { host, done }) => {
  command
    .argument("<what>", "a token or a file with one, a folder of traces, or a scenario; with #STEP")
    .addOption(
      new Option("--seed <seed>", "the seed of a scenario's run (default: 1)").argParser(
        wholeNumber(0, SEEDS - 1),
      ),
    )
    .addOption(
      new Option("--port <port>", "where the page is served; 0 for any free port")
        .argParser(wholeNumber(0, PORT_MAX))
        .default(0),
    )
    .addOption(
      new Option("--export <file>", "write the page into a file instead")
        .argParser(file)
        .conflicts("port"),
    )
    .addHelpText("after", viewHelp)
    .action(async (what: string, options: ViewOptions) => {
      const { view } = await import("../actions/view.ts");
      done(await view(what, options, host));
    });
};
