import { KontikiError } from "@kontiki/actors";
import { EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { Notes } from "../output/notes.ts";
import { ORIGINAL_MEMBERS, type Member } from "../udp/members.ts";
import { hastyElection } from "../udp/hasty-election.ts";
import { readNodesFile } from "../udp/nodes-file.ts";
import type { Notation } from "../udp/notation.ts";
import { jsonPrinter, textPrinter } from "../udp/printer.ts";
import { runNode } from "../udp/run-node.ts";

export type UdpOptions = {
  readonly nodes?: string;
  readonly data?: string;
  readonly electionTimeout: number;
  readonly heartbeat: number;
  readonly seconds?: number;
  readonly notation: Notation;
  readonly json?: true;
};

/** Runs the node with this name until it is interrupted or its time is over. Resolves to the exit status. */
export async function udp(
  node: string,
  options: UdpOptions,
  host: Host,
  badUsage: (message: string) => never,
): Promise<number> {
  const members = membersOf(options.nodes, badUsage);
  const self = members.find(({ id }) => id === node);
  if (self === undefined) {
    const known = members.map(({ id }) => id).join(", ");
    return badUsage(`there is no node "${node}": the nodes are ${known}`);
  }
  const run = {
    self,
    members,
    data: options.data,
    electionTimeoutMs: options.electionTimeout,
    heartbeatMs: options.heartbeat,
    seconds: options.seconds,
  };
  const printer = options.json === true ? jsonPrinter(self) : textPrinter(options.notation);
  const notes = new Notes(host);
  const warning = hastyElection(run);
  if (warning !== undefined) notes.note(warning);
  await runNode(run, printer, notes, host);
  return interruptedStatus(host.signal) ?? EXIT_OK;
}

function membersOf(
  file: string | undefined,
  badUsage: (message: string) => never,
): readonly Member[] {
  if (file === undefined) return ORIGINAL_MEMBERS;
  try {
    return readNodesFile(file);
  } catch (error) {
    if (error instanceof KontikiError) return badUsage(error.message);
    throw error;
  }
}
