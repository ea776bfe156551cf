import { Argument } from "commander";
import type { CompareOptions } from "../actions/compare.ts";
import type { Define } from "./define.ts";
import { file } from "./options.ts";

/** `kontiki compare`: two kept runs side by side. */
export const defineCompare: Define = (command, { host, done }) => {
  command
    .addArgument(new Argument("<a>", "the report of a run").argParser(file))
    .addArgument(new Argument("<b>", "another one").argParser(file))
    .option("--json", "print one JSON list: name, a, b")
    .addHelpText("after", compareHelp)
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { compare } = await import("../actions/compare.ts");
      done(await compare([a, b], options, host));
    });
};

const compareHelp = `
Examples:
  $ kontiki run figure_8 --seed 7 --report before
  $ kontiki run figure_8 --seed 7 --report after
  $ kontiki compare before after
  $ kontiki compare reports/figure_8-7 reports/figure_8-8 --json

A report is a folder of a run that "kontiki run --report" wrote, or the folder of reports, which stands
for its newest run. The table has what clients saw of both runs, the ratio of the second to the first,
messages by type, and each count of the coverage that differs.

Exit status: 0 success, 2 bad usage, or a folder without a report, 130 interrupted by Ctrl-C.`;
