import type { Define } from "./define.ts";

/** `kontiki ps`: the clusters that other terminals reach. */
export const definePs: Define = (command, { host, done }) => {
  command
    .option("--json", "print one JSON object")
    .addHelpText("after", HELP)
    .action(async (options: { readonly json?: true }) => {
      const { ps } = await import("../actions/ps.ts");
      done(await ps(options, host));
    });
};

const HELP = `
Examples:
  $ kontiki up --detach --name lab --nodes 5
  $ kontiki ps
  $ kontiki ps --json

Lists the clusters that this user has started with --detach, --serve, --name or at a prompt, and that
still run. Of a cluster on several hosts it counts the nodes of this one and of all, and tells the leader
of all. Each has a Unix socket in its data directory, which only this user can open, and an entry in
$XDG_STATE_HOME/kontiki/clusters, by default in ~/.local/state. What a cluster that was killed has left
of these two is removed here; its data stays, and "kontiki up --data" continues with it.

Exit status: 0 listed, even if none runs; 2 bad usage, 130 interrupted by Ctrl-C.`;
