import { Option } from "commander";
import type { UdpOptions } from "../actions/udp.ts";
import type { Define } from "./define.ts";
import {
  checkHeartbeat,
  directory,
  durationOption,
  heartbeatOption,
  file,
  seconds,
} from "./options.ts";
import { udpHelp } from "./udp-help.ts";

const ELECTION_TIMEOUT_DEFAULT_MS = 10_000;
const HEARTBEAT_DEFAULT_MS = 5_000;
const NOTATIONS: readonly UdpOptions["notation"][] = ["original", "readme"];

/** `kontiki udp`: one node of the original's UDP cluster. */
export const defineUdp: Define = (command, { host, done }) => {
  command
    .argument("<node>", "which node: node0, node1 or node2, or one of --nodes")
    .addOption(new Option("--nodes <file>", "a JSON file that names other nodes").argParser(file))
    .addOption(
      new Option(
        "--data <dir>",
        "where to keep term, vote and log over a restart; nodes may share it",
      ).argParser(directory),
    )
    .addOption(
      durationOption(
        "--election-timeout <ms>",
        "shortest time without a leader before an election; the longest is twice that; " +
          "must be above the heartbeat of all other nodes",
        10,
      ).default(ELECTION_TIMEOUT_DEFAULT_MS),
    )
    .addOption(heartbeatOption(HEARTBEAT_DEFAULT_MS))
    .addOption(new Option("--seconds <s>", "end after this time").argParser(seconds(0.1, 86_400)))
    .addOption(
      new Option("--notation <name>", "print as the original's program does, or as in its README")
        .choices(NOTATIONS)
        .default(NOTATIONS[0]),
    )
    .option("--json", "print one JSON object for each event")
    .addHelpText("after", udpHelp);
  command.action(async (node: string, options: UdpOptions) => {
    checkHeartbeat(command, options);
    const { udp } = await import("../actions/udp.ts");
    const badUsage = (message: string): never => command.error(`error: ${message}`);
    done(await udp(node, options, host, badUsage));
  });
};
