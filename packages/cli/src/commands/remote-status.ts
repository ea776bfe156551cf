import type { RemoteStatusOptions } from "../actions/remote-status.ts";
import type { Define } from "./define.ts";
import { forCluster } from "./options.ts";

/** `kontiki status`: the nodes of a cluster of another process. */
export const defineRemoteStatus: Define = (command, { host, done }) => {
  forCluster(command)
    .option("--watch", "show them again every second, until Ctrl-C")
    .option("--json", "print one JSON object; with --watch one each second")
    .addHelpText("after", HELP)
    .action(async (options: RemoteStatusOptions) => {
      const { remoteStatus } = await import("../actions/remote-status.ts");
      done(await remoteStatus(options, host));
    });
};

const HELP = `
Examples:
  $ kontiki status
  $ kontiki status --watch
  $ kontiki status --name ./kontiki-data --json

Exit status: 0 shown, 1 no such cluster or no answer, 2 bad usage, 130 interrupted by Ctrl-C.`;
