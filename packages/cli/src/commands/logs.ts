import type { LogsOptions } from "../actions/logs.ts";
import type { Define } from "./define.ts";
import { clusterOption } from "./options.ts";

/** `kontiki logs`: the log of a cluster's events. */
export const defineLogs: Define = (command, { host, done }) => {
  command
    .argument("[node]", "only the events of this node")
    .addOption(clusterOption())
    .option("-f, --follow", "print what is added, until the cluster stops or Ctrl-C")
    .option("--json", "print the lines of the file: JSON objects as pino writes them")
    .addHelpText("after", HELP)
    .action(async (node: string | undefined, options: LogsOptions) => {
      const { logs } = await import("../actions/logs.ts");
      done(await logs(node, options, host));
    });
};

const HELP = `
Examples:
  $ kontiki logs
  $ kontiki logs -f n1
  $ kontiki logs --name lab --json | npx pino-pretty

A cluster keeps a log when it was started with --detach or with --log. That of a cluster with --name
can be read when it has stopped, too, until one of the same name starts.

Exit status: 0 printed, 1 no such cluster, node or log, 2 bad usage, 130 interrupted by Ctrl-C.`;
