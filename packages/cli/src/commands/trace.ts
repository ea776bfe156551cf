import { Option } from "commander";
import type { ShowOptions } from "../actions/trace.ts";
import type { Define } from "./define.ts";
import { file, wholeNumber } from "./options.ts";
import { replayHelp, showHelp, traceHelp } from "./trace-help.ts";

const LINES_MAX = Number.MAX_SAFE_INTEGER;

/** `kontiki trace`: the recorded steps of a node's core, shown or repeated. */
export const defineTrace: Define = (command, { host, done }) => {
  command
    .command("replay")
    .description("repeat the steps of a trace, and compare all states and effects")
    .argument("<file>", "a trace: one line of JSON for each step of a node", file)
    .option("--json", "print one JSON object")
    .addHelpText("after", replayHelp)
    .action(async (path: string, options: { readonly json?: true }) => {
      const { replayTraceFile } = await import("../actions/trace.ts");
      done(await replayTraceFile(path, options.json === true, host));
    });
  command
    .command("show")
    .description("print one line for each step of a trace")
    .argument("<file>", "a trace: one line of JSON for each step of a node", file)
    .addOption(lineOption("--from <line>", "the first line of the trace to print").default(1))
    .addOption(lineOption("--count <lines>", "how many lines (default: all)"))
    .addHelpText("after", showHelp)
    .action(async (path: string, options: ShowOptions) => {
      const { showTraceFile } = await import("../actions/trace.ts");
      done(await showTraceFile(path, options, host));
    });
  command.addHelpText("after", traceHelp);
};

function lineOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(wholeNumber(1, LINES_MAX));
}
