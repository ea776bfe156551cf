import { nodeId, type NodeId } from "@kontiki/core";
import { configFor } from "../../../../packages/cli/src/udp/interop.ts";
import {
  FORGETFUL,
  NOTHING_KEPT,
  type Keeper,
  type Kept,
} from "../../../../packages/cli/src/udp/keeper.ts";
import { logLine, turnLines, type Notation } from "../../../../packages/cli/src/udp/notation.ts";
import type { Dropped, Turn } from "../../../../packages/cli/src/udp/turn.ts";
import { UdpNode } from "../../../../packages/cli/src/udp/udp-node.ts";
import type { WireMessage } from "../../../../packages/cli/src/udp/wire-message.ts";
import { encodeDatagram } from "../../../../packages/cli/src/udp/wire.ts";

export const NODES: readonly NodeId[] = ["node0", "node1", "node2"].map(nodeId);

export const PATIENCE_MS = 10_000;

export type NodeSettings = {
  readonly id?: string;
  readonly nodes?: readonly NodeId[];
  readonly kept?: Kept;
  readonly keeper?: Keeper;
  readonly nowMs?: () => number;
  readonly election?: () => number;
};

/** A node without sockets: node1 of three, that keeps nothing, whose clock stands still. */
export function makeNode(settings: NodeSettings = {}): UdpNode {
  const { id = "node1", nodes = NODES, nowMs = () => 0 } = settings;
  const { kept = NOTHING_KEPT, keeper = FORGETFUL, election = () => 15_000_000 } = settings;
  return new UdpNode({
    config: configFor(nodeId(id), nodes),
    kept,
    keeper,
    patienceMs: PATIENCE_MS,
    draw: { election, heartbeat: () => 5_000_000 },
    nowMs,
  });
}

export function deliver(node: UdpNode, from: string, message: WireMessage): Turn | Dropped {
  return node.receive(encodeDatagram({ from, message }));
}

/** Delivers a message that must not be dropped. */
export function handle(node: UdpNode, from: string, message: WireMessage): Turn {
  const outcome = deliver(node, from, message);
  if (outcome.type === "dropped") throw new Error(`dropped: ${outcome.reason}`);
  return outcome;
}

/** All lines of a turn, the log's included. */
export function linesOf(
  node: UdpNode,
  turn: Turn,
  notation: Notation = "original",
): readonly string[] {
  return [...turnLines(turn, notation), logLine(node.log)];
}

/** What a turn sends: to whom, and what. A broadcast goes to "all". */
export function sentBy(turn: Turn): readonly (readonly [to: string, message: WireMessage])[] {
  return turn.commands.flatMap((command): readonly (readonly [string, WireMessage])[] => {
    if (command.type === "send") return [[command.to, command.message]];
    return command.type === "broadcast" ? [["all", command.message]] : [];
  });
}

/** The values of a log, as the original prints them. */
export function logOf(node: UdpNode): readonly string[] {
  return logLine(node.log)
    .slice("Log: [".length, -1)
    .split(/,(?=\(\d)/)
    .filter((pair) => pair !== "");
}

export const appendEntries = (fields: {
  readonly term: number;
  readonly from?: string;
  readonly prev?: readonly [index: number, term: number];
  readonly entries?: readonly (readonly [index: number, term: number, value: number])[];
  readonly commit?: number;
}): WireMessage => {
  const { term, from = "node0", prev = [0, 0], entries = [], commit = 0 } = fields;
  return {
    type: "AppendEntries",
    term: BigInt(term),
    leaderId: from,
    prevLogIndex: BigInt(prev[0]),
    prevLogTerm: BigInt(prev[1]),
    entries: entries.map(([index, of, value]) => ({
      index: BigInt(index),
      term: BigInt(of),
      value: { node: from, number: BigInt(value) },
    })),
    commitIndex: BigInt(commit),
  };
};

export const appendAnswer = (term: number, success: boolean, lastIndex: number): WireMessage => ({
  type: "AppendEntriesResponse",
  term: BigInt(term),
  success,
  lastIndex: BigInt(lastIndex),
});

export const requestVote = (
  term: number,
  from = "node0",
  last: readonly [index: number, term: number] = [0, 0],
): WireMessage => ({
  type: "RequestVote",
  term: BigInt(term),
  candidateId: from,
  lastLogIndex: BigInt(last[0]),
  lastLogTerm: BigInt(last[1]),
});

export const vote = (term: number, voteGranted = true): WireMessage => ({
  type: "RequestVoteResponse",
  term: BigInt(term),
  voteGranted,
});

/** Makes a node win the election of term 1 by the vote of node0, and gives the turn in which it did. */
export function elect(node: UdpNode): Turn {
  node.timeout("electionTimeout");
  return handle(node, "node0", vote(1));
}
