import { Option, type Command } from "commander";
import type { GivenUpOptions } from "./host-options.ts";
import { DETACHED } from "../host/detached-args.ts";
import { checkUsers } from "./option-users.ts";
import { clusterName, file, token, wholeNumber } from "./options.ts";

/** Adds options of how a cluster is run and reached. */
export function withControl(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--name <name>",
        "what other terminals call the cluster (default: as its folder)",
      ).argParser(clusterName),
    )
    .option("--serve", "read no commands: run until kontiki down, or a signal")
    .addOption(
      new Option("--detach", "start the cluster in a process of its own, and return").conflicts(
        "serve",
      ),
    )
    .addOption(new Option(DETACHED).hideHelp())
    .addOption(
      new Option("--wait <what>", "with --detach: return when there is a leader").choices([
        "leader",
      ]),
    )
    .addOption(
      new Option(
        "--log <file>",
        "append each event to this file, one JSON object a line",
      ).argParser(file),
    )
    .addOption(
      new Option(
        "--http <port>",
        "serve keys, status, events and metrics over HTTP on 127.0.0.1; 0 for any free port",
      ).argParser(wholeNumber(0, 65_535)),
    )
    .addOption(
      new Option(
        "--token <token>",
        "with --http: what requests must bring (default: a new one, which is printed); none for no token",
      ).argParser(token),
    )
    .addOption(new Option("--config <file>", "read options from a YAML file").argParser(file));
}

/** What the parser cannot see, because an option may come from a file. */
export function checkTogether(command: Command, options: GivenUpOptions): void {
  const isDetached = options.detach === true || options.detached === true;
  if (options.wait !== undefined && !isDetached) command.error("error: --wait needs --detach");
  const servesByFile = command.getOptionValueSource("serve") === "config";
  if (options.detach === true && servesByFile && options.detached !== true)
    command.error("error: --detach cannot be used with --serve");
  checkUsers(command, options);
  if (options.token !== undefined && options.http === undefined)
    command.error("error: --token needs --http");
  if (options.memory !== true) return;
  for (const name of ["data", "rename", "wipe"] as const) {
    const source = command.getOptionValueSource(name);
    if (source === undefined || source === "default") continue;
    command.error(`error: --memory cannot be used with --${name}: there is no data directory`);
  }
}
