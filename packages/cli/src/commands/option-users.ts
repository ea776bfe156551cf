import type { Command } from "commander";
import type { GivenUpOptions } from "./host-options.ts";

/**
 * What uses an option of `up`:
 * - `cluster`: the process that runs the nodes, with `--detach` too, which gets all of the command line;
 * - `launcher`: the process that `--detach` returns from;
 * - `commands`: the commands that are read, which there are none of with `--detach` and `--serve`;
 * - `terminal`: who must see at once what is told, so it cannot be used with `--detach`.
 */
type User = "cluster" | "launcher" | "commands" | "terminal";

const USERS: Readonly<Record<Exclude<keyof GivenUpOptions, "detached">, User>> = {
  name: "cluster",
  serve: "cluster",
  detach: "launcher",
  wait: "launcher",
  log: "cluster",
  http: "cluster",
  token: "cluster",
  nodes: "cluster",
  data: "cluster",
  // The launcher prints one object, and the cluster that serves prints none.
  json: "launcher",
  memory: "cluster",
  wipe: "terminal",
  electionTimeout: "cluster",
  heartbeat: "cluster",
  pipeline: "commands",
  rename: "cluster",
  web: "cluster",
  snapshotEntries: "cluster",
  snapshotBytes: "cluster",
  keptEntries: "cluster",
  maxUncommittedBytes: "cluster",
  leaseDrift: "cluster",
  priority: "cluster",
  trace: "cluster",
  host: "cluster",
  peers: "cluster",
  nats: "cluster",
  creds: "cluster",
  nkey: "cluster",
  tlsCa: "cluster",
  tlsCert: "cluster",
  tlsKey: "cluster",
};

/** Ends the command with an error if an option is given that nothing uses with `--detach` or `--serve`. */
export function checkUsers(command: Command, { detach, detached, serve }: GivenUpOptions): void {
  const how = detach === true && serve !== true ? "--detach" : "--serve";
  if (detached === true || (detach !== true && serve !== true)) return;
  for (const [name, user] of Object.entries(USERS)) {
    if (["default", undefined].includes(command.getOptionValueSource(name))) continue;
    if (user === "commands")
      command.error(`error: ${how} cannot be used with --${name}: no commands are read`);
    if (user === "terminal" && how === "--detach")
      command.error(`error: ${how} cannot be used with --${name}`);
  }
}
