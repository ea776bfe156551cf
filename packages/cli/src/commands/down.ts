import type { DownOptions } from "../actions/down.ts";
import type { Define } from "./define.ts";
import { forCluster } from "./options.ts";

/** `kontiki down`: stops a cluster of another process. */
export const defineDown: Define = (command, { host, done }) => {
  forCluster(command)
    .option("--purge", "then remove its data directory, and its log unless --log named one")
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (options: DownOptions) => {
      const { down } = await import("../actions/down.ts");
      done(await down(options, host));
    });
};

const HELP = `
Examples:
  $ kontiki down
  $ kontiki down --name lab --purge

Stops the nodes gracefully, and returns when the process has ended. It stops a cluster at a prompt of
another terminal, too. --purge leaves files that somebody else has put into the data directory, and
names them.

Exit status: 0 stopped; 1 no such cluster, or it does not stop; 2 bad usage, 130 interrupted by Ctrl-C.`;
