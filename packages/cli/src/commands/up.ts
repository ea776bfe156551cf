import { Option, type Command } from "commander";
import type { UpOptions } from "../actions/up.ts";
import { checkTogether, withControl } from "./control-options.ts";
import type { Define, Services } from "./define.ts";
import {
  checkHeartbeat,
  checkPriorities,
  directory,
  durationOption,
  heartbeatOption,
  rename,
  wholeNumber,
} from "./options.ts";
import {
  checkHosts,
  nodesOrNamesOption,
  readPeers,
  withHosts,
  type GivenUpOptions,
} from "./host-options.ts";
import { withTuning } from "./tuning.ts";
import { upHelp } from "./up-help.ts";

/** More would only wait for the nodes. */
const PIPELINE_MAX = 4096;

const PORT_MAX = 65_535;

/** Nodes of a cluster in memory. */
const NODES_DEFAULT = 3;
const ELECTION_TIMEOUT_DEFAULT_MS = 300;
const HEARTBEAT_DEFAULT_MS = 50;

/** `kontiki up`: a cluster, and commands against it. */
export const defineUp: Define = (command, services) => {
  command
    .addOption(nodesOrNamesOption())
    .addOption(
      new Option("--data <dir>", "where the nodes keep their logs")
        .default("./kontiki-data")
        .argParser(directory),
    )
    .addOption(
      new Option("--memory", "keep the logs in memory; they are lost at the end").conflicts("data"),
    )
    .addOption(
      new Option("--rename <old=new>", "give a node of --data another name; may be repeated")
        .argParser(rename)
        .conflicts("memory"),
    )
    .addOption(wipeOption())
    .option("--json", "print one JSON object for each command")
    .addOption(
      new Option(
        "--pipeline <count>",
        `how many commands of a pipe may run at once, 1 to ${PIPELINE_MAX}`,
      )
        .argParser(wholeNumber(1, PIPELINE_MAX))
        .default(1),
    )
    .addOption(
      durationOption(
        "--election-timeout <ms>",
        "shortest time without a leader before an election",
        10,
      ).default(ELECTION_TIMEOUT_DEFAULT_MS),
    )
    .addOption(heartbeatOption(HEARTBEAT_DEFAULT_MS));
  command.addOption(
    new Option("--web [port]", "serve a live page on this machine, at any free port by default")
      .argParser(wholeNumber(0, PORT_MAX))
      .preset(0),
  );
  withTuning(withControl(withHosts(command))).addHelpText("after", upHelp);
  command.action((given: GivenOptions) => runUp(command, given, services));
};

type GivenOptions = GivenUpOptions & { readonly config?: string };

async function runUp(
  command: Command,
  { config }: GivenOptions,
  services: Services,
): Promise<void> {
  if (config === undefined) return runGiven(command, services);
  const { readConfig } = await import("./config-file.ts");
  const places = readConfig(command, config);
  const { placeErrors, placing } = await import("./config-place.ts");
  placeErrors(command, places);
  return placing(places, () => runGiven(command, services));
}

async function runGiven(command: Command, { host, argv, start, done }: Services): Promise<void> {
  const given = command.opts<GivenUpOptions>();
  const options: GivenUpOptions = given.detached === true ? { ...given, serve: true } : given;
  checkTogether(command, options);
  checkHosts(command, options);
  checkHeartbeat(command, options);
  const { nodes = options.memory === true ? NODES_DEFAULT : undefined } = options;
  checkPriorities(command, options.priority, typeof nodes === "number" ? nodes : undefined);
  const { peers: _path, ...others } = options;
  const peers = await readPeers(command, options);
  const read: UpOptions = { ...others, ...(peers && { peers }) };
  if (options.detach === true && options.serve !== true) {
    const { upDetached } = await import("../actions/up-detached.ts");
    done(await upDetached(read, argv, host));
    return;
  }
  const { up } = await import("../actions/up.ts");
  done(await up(read, host, start));
}

function wipeOption(): Option {
  return new Option(
    "--wipe <node>",
    "give this node an empty disk, which it fills from the others; may be repeated",
  )
    .argParser((node: string, before: readonly string[] | undefined) => [...(before ?? []), node])
    .conflicts("memory");
}
