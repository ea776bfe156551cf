import type { Peers } from "@kontiki/actors";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { UpOptions } from "../actions/up.ts";
import { NODES_MAX } from "../host/limits.ts";
import { natsUrls, wholeNumber } from "./options.ts";

const NAMES = /^[a-z][a-z0-9-]*(,[a-z][a-z0-9-]*)*$/;

/** How many nodes, or with `--host` the names of those of this host. */
export function nodesOrNamesOption(): Option {
  const count = wholeNumber(1, NODES_MAX);
  return new Option(
    "--nodes <count>",
    `how many nodes, 1 to ${NODES_MAX}, named n1, n2, ... (default: those of --data, else 3); ` +
      "with --host their names, n1,n2 (default: those of --peers)",
  ).argParser((text: string): number | readonly string[] => {
    if (!/^[a-z]/.test(text)) return count(text);
    if (NAMES.test(text)) return text.split(",");
    throw new InvalidArgumentError("It must be names with commas between them, such as n1,n2.");
  });
}

/** Adds the options of a cluster with nodes on several hosts. */
export function withHosts(command: Command): Command {
  return command
    .addOption(
      new Option("--host <name>", "start the nodes of this host of --peers only").conflicts([
        "memory",
        "rename",
      ]),
    )
    .option("--peers <file>", "JSON with the id of the cluster and the nodes of each host")
    .addOption(
      new Option("--nats <urls>", "the NATS servers that carry the mail between hosts").argParser(
        natsUrls,
      ),
    )
    .option("--creds <file>", "credentials for NATS: a JWT and its seed")
    .option("--nkey <file>", "the seed of an nkey for NATS")
    .option("--tls-ca <file>", "TLS with NATS: who signed the server's certificate")
    .option("--tls-cert <file>", "TLS with NATS: this client's certificate")
    .option("--tls-key <file>", "TLS with NATS: its key");
}

/** Options of `up` as they were given: `--peers` is the path of a file, which is read once because it may be a pipe. */
export type GivenUpOptions = Omit<UpOptions, "peers"> & { readonly peers?: string };

/** Ends the command with an error unless these options fit together. */
export function checkHosts(command: Command, options: GivenUpOptions): void {
  const { host, peers, nats, nodes } = options;
  const { creds, nkey, tlsCa, tlsCert, tlsKey } = options;
  const given = [host, peers, nats].filter((each) => each !== undefined).length;
  if (given > 0 && given < 3)
    command.error("error: --host, --peers and --nats belong together: give all three, or none");
  if (given === 0 && (creds ?? nkey ?? tlsCa ?? tlsCert ?? tlsKey) !== undefined)
    command.error("error: --creds, --nkey and --tls-* are for --nats, which is not given");
  if (given === 0 && typeof nodes === "object")
    command.error(
      `error: --nodes ${nodes.join(",")}: names of nodes are for --host; give their number`,
    );
  if (given > 0 && typeof nodes === "number")
    command.error(
      `error: --nodes ${nodes}: with --host give the names of its nodes, such as n1,n2`,
    );
}

/**
 * Reads the file of peers; undefined for none. Ends the command with an error unless it has this host. The rest of the file is
 * checked with the other options of the cluster.
 */
export async function readPeers(
  command: Command,
  { peers: path, host }: Pick<GivenUpOptions, "peers" | "host">,
): Promise<Peers | undefined> {
  if (path === undefined || host === undefined) return undefined;
  const { peersIn } = await import("../launch/peers-file.ts");
  const peers = peersIn(path);
  if (typeof peers === "string") return command.error(`error: ${peers}`);
  const hosts: unknown = peers.hosts;
  if (typeof hosts !== "object" || hosts === null || Object.hasOwn(hosts, host)) return peers;
  const known = Object.keys(hosts).join(", ");
  return command.error(
    `error: --host ${host}: --peers ${path} has no such host; it has ${known || "none"}`,
  );
}

/** Ends the command with an error unless the files of credentials and TLS are there and are what they should be. */
export async function checkNats(
  command: Command,
  { nats, ...more }: GivenUpOptions,
): Promise<void> {
  if (nats === undefined) return;
  const { natsOptions } = await import("../fleet/server-options.ts");
  const { natsProblem } = await import("@kontiki/nats");
  const problem = natsProblem(natsOptions({ ...more, nats }));
  if (problem !== undefined) command.error(`error: ${problem}`);
}
