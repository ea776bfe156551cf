import type { Define } from "./define.ts";
import { forCluster } from "./options.ts";

/** `kontiki attach`: a prompt for a cluster of another process. */
export const defineAttach: Define = (command, { host, done }) => {
  forCluster(command)
    .addHelpText("after", HELP)
    .action(async (options: { readonly name?: string }) => {
      const { attach } = await import("../actions/attach.ts");
      done(await attach(options, host));
    });
};

const HELP = `
Examples:
  $ kontiki attach
  $ kontiki attach --name lab

The prompt of "kontiki up", with the events of the cluster as they happen. Several terminals may be
attached to one cluster. "quit", Ctrl-D and a second Ctrl-C leave the cluster running; the prompt ends
when the cluster stops.

Exit status: 0 left, or the cluster has stopped; 1 no such cluster, 2 bad usage or no terminal;
130 interrupted by Ctrl-C before there is a prompt.`;
