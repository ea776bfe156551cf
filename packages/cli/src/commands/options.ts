import type { ClusterOptions } from "@kontiki/actors";
import type { Shard } from "@kontiki/testing";
import { InvalidArgumentError, Option, type Command } from "commander";
import { CLUSTER_NAME } from "../host/cluster-name.ts";
import { NODES_MAX, PRIORITY_MAX, SEEDS } from "../host/limits.ts";

const DURATION_MAX_MS = 60 * 60 * 1000;

/** How many nodes. It has no default, because a data directory knows how many nodes it has. */
export function nodesOption(whenLeftOut = ""): Option {
  return new Option(
    "--nodes <count>",
    `how many nodes, 1 to ${NODES_MAX}, named n1, n2, ...${whenLeftOut}`,
  ).argParser(wholeNumber(1, NODES_MAX));
}

/** A time in milliseconds. */
export function durationOption(flags: string, description: string, minMs: number): Option {
  return new Option(flags, description).argParser(wholeNumber(minMs, DURATION_MAX_MS));
}

/** The time between a leader's heartbeats. Its bound is checked by {@link checkHeartbeat}. */
export function heartbeatOption(usualMs: number): Option {
  const description = "time between heartbeats; at most half the election timeout";
  return durationOption("--heartbeat <ms>", description, 1).default(usualMs);
}

/** A bound on how long a command may take. */
export function timeOption(): Option {
  return new Option("--time <time>", "end after this time, such as 60s or 8h").argParser(time);
}

/** Ends the command with an error unless an election timeout has room for two heartbeats. */
export function checkHeartbeat(
  command: Command,
  { heartbeat, electionTimeout }: { readonly heartbeat: number; readonly electionTimeout: number },
): void {
  if (heartbeat * 2 <= electionTimeout) return;
  command.error(
    `error: --heartbeat ${heartbeat} must be at most half of --election-timeout ${electionTimeout}`,
  );
}

/** Reads a whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Reads a number of seconds, which may have a fraction. */
export function seconds(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number of seconds from ${min} to ${max}.`);
  };
}

/** Reads a fraction, such as 0.1. */
export function share(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && value <= max) return value;
    throw new InvalidArgumentError(`It must be a number from 0 to ${max}, such as 0.1.`);
  };
}

/** Reads `node=number`, and adds it to those that were read before. */
export function priority(
  text: string,
  before: ClusterOptions["priorities"] = {},
): NonNullable<ClusterOptions["priorities"]> {
  const [, node, digits] = /^([a-z][a-z0-9-]{0,63})=(\d{1,3})$/.exec(text) ?? [];
  const value = Number(digits);
  if (node !== undefined && Object.hasOwn(before, node))
    throw new InvalidArgumentError(`${node} has the priority ${before[node]} already.`);
  if (node !== undefined && value <= PRIORITY_MAX) return { ...before, [node]: value };
  throw new InvalidArgumentError(
    `It must be a node and a whole number from 0 to ${PRIORITY_MAX}, such as n1=2.`,
  );
}

/** Reads `old=new`, two names of nodes, and adds it to those that were read before. */
export function rename(
  text: string,
  before: ClusterOptions["renames"] = {},
): NonNullable<ClusterOptions["renames"]> {
  const name = "[a-z][a-z0-9-]{0,63}";
  const [, from, to] = new RegExp(`^(${name})=(${name})$`).exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new InvalidArgumentError("It must be two names of nodes, such as leader=n4.");
  if (Object.hasOwn(before, from))
    throw new InvalidArgumentError(`${from} gets the name ${before[from]} already.`);
  return { ...before, [from]: to };
}

/**
 * Ends the command with an error when a node has a priority and does not exist. Without `count` only the data directory
 * knows its nodes.
 */
export function checkPriorities(
  command: Command,
  priorities: ClusterOptions["priorities"] = {},
  count: number | undefined,
): void {
  const names = Array.from({ length: count ?? 0 }, (_, at) => `n${at + 1}`);
  for (const [node, value] of Object.entries(priorities)) {
    if (count === undefined || names.includes(node)) continue;
    command.error(
      `error: --priority ${node}=${value}: there is no node ${node}; there are ${names.join(", ")}`,
    );
  }
}

/** Reads the name of a cluster. */
export function clusterName(text: string): string {
  if (CLUSTER_NAME.test(text)) return text;
  throw new InvalidArgumentError(
    "It must have 1 to 64 letters, digits, dots, dashes and underscores, and begin with a letter or a digit.",
  );
}

/** Which cluster a command is for. */
export function clusterOption(): Option {
  return new Option(
    "--name <name>",
    "the cluster: its name or its data directory (default: the only one that runs)",
  ).argParser(directory);
}

/** Adds the option that says which cluster a command is for. A name that is given without it gets a hint. */
export function forCluster(command: Command): Command {
  // A copy: the command changes its own.
  const before = { ...command.configureOutput() };
  const hinted = (text: string): string =>
    text.startsWith("error: too many arguments")
      ? `${text.trimEnd()} Choose the cluster with --name.\n`
      : text;
  return command
    .addOption(clusterOption())
    .configureOutput({ outputError: (text, write) => before.outputError?.(hinted(text), write) });
}

/** Reads what requests must bring, of the characters that a header carries as they are. */
export function token(text: string): string {
  if (text === "none" || /^[\w.~+/-]{8,256}$/.test(text)) return text;
  throw new InvalidArgumentError(
    "It must have 8 to 256 letters, digits and -._~+/ or be none, for no token.",
  );
}

const NATS_URL = /^((nats|tls):\/\/)?[^\s/]+\/?$/;

/** Reads the URLs of NATS servers, with commas between them. */
export function natsUrls(value: string): string {
  if (value.split(",").every((url) => NATS_URL.test(url.trim()))) return value;
  throw new InvalidArgumentError(
    "It must be the URL of a NATS server, such as nats://127.0.0.1:4222, or several with commas.",
  );
}

/** Reads the path of a file, which need not exist. */
export function file(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("It must be the path of a file.");
}

/** Reads the path of a directory, which need not exist. */
export function directory(text: string): string {
  if (text !== "" && !text.includes("\0")) return text;
  throw new InvalidArgumentError("It must be the path of a directory.");
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The longest time that {@link time} reads: the longest that a timer of Node can wait. */
const TIME_MAX_MS = 24 * 86_400_000;

/** Reads a time with its unit, such as 60s, as milliseconds. */
export function time(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Math.round(Number(digits) * (UNITS_MS[unit] ?? 0));
  if (ms > 0 && ms <= TIME_MAX_MS) return ms;
  throw new InvalidArgumentError(
    "It must be a time of at most 24 days, such as 500ms, 60s, 10m, 8h.",
  );
}

/** Reads a seed, or `random`. */
export function seed(text: string): number | "random" {
  if (text === "random") return text;
  return wholeNumber(0, SEEDS - 1)(text);
}

/** Reads a shard such as 3/16: the third of sixteen. */
export function shard(text: string): Shard {
  const [, index, of] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index !== undefined && of !== undefined && index >= 1 && index <= of) return { index, of };
  throw new InvalidArgumentError("It must be a part and how many parts there are, such as 3/16.");
}
