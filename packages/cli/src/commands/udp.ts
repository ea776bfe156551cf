import { Command, InvalidArgumentError, Option } from "commander";
import { EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { durationOption, path, seconds } from "./options.ts";
import { Notes } from "../output/notes.ts";
import { ORIGINAL_MEMBERS, type Member } from "../udp/members.ts";
import { readNodesFile } from "../udp/nodes-file.ts";
import { jsonPrinter, NOTATION } from "../udp/printer.ts";
import { runNode } from "../udp/run-node.ts";
import { udpHelp } from "./udp-help.ts";

const ELECTION_TIMEOUT_DEFAULT_MS = 10_000;
const HEARTBEAT_DEFAULT_MS = 5_000;

type UdpOptions = {
  readonly nodes?: string;
  readonly data?: string;
  readonly electionTimeout: number;
  readonly heartbeat: number;
  readonly seconds?: number;
  readonly json?: true;
};

/** `kontiki udp`: one node of the original's UDP cluster. `done` is told the exit status. */
export function udpCommand(host: Host, done: (status: number) => void): Command {
  const command = new Command("udp")
    .description("run one node over UDP, on the wire and in the notation of the original Kontiki")
    .argument("<node>", "which node: node0, node1 or node2, or one of --nodes")
    .addOption(
      new Option("--nodes <file>", "a JSON file that names other nodes").argParser(fileName),
    )
    .addOption(
      new Option(
        "--data <dir>",
        "where to keep term, vote and log over a restart; nodes may share it",
      ).argParser(path),
    )
    .addOption(
      durationOption(
        "--election-timeout <ms>",
        "shortest time without a leader before an election; the longest is twice that",
        10,
      ).default(ELECTION_TIMEOUT_DEFAULT_MS),
    )
    .addOption(
      durationOption(
        "--heartbeat <ms>",
        "time between heartbeats; at most half the election timeout",
        1,
      ).default(HEARTBEAT_DEFAULT_MS),
    )
    .addOption(new Option("--seconds <s>", "end after this time").argParser(seconds(0.1, 86_400)))
    .option("--json", "print one JSON object for every event")
    .addHelpText("after", udpHelp);
  return command.action(async (node: string, options: UdpOptions) => {
    if (options.heartbeat * 2 > options.electionTimeout) {
      command.error(
        `error: --heartbeat ${options.heartbeat} must be at most half of --election-timeout ${options.electionTimeout}`,
      );
    }
    const members = options.nodes === undefined ? ORIGINAL_MEMBERS : readNodesFile(options.nodes);
    const self = members.find(({ id }) => id === node);
    if (self === undefined) {
      const known = members.map(({ id }) => id).join(", ");
      return command.error(`error: there is no node "${node}": the nodes are ${known}`);
    }
    done(await udp(self, members, options, host));
  });
}

function fileName(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("It must be the path of a file.");
}

async function udp(
  self: Member,
  members: readonly Member[],
  options: UdpOptions,
  host: Host,
): Promise<number> {
  const run = {
    self,
    members,
    data: options.data,
    electionTimeoutMs: options.electionTimeout,
    heartbeatMs: options.heartbeat,
    seconds: options.seconds,
  };
  const printer = options.json === true ? jsonPrinter(self) : NOTATION;
  await runNode(run, printer, new Notes(host), host);
  return interruptedStatus(host.signal) ?? EXIT_OK;
}
