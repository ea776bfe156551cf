import type { Entry, Message } from "@kontiki/core";
import type { StoryLine } from "../run/story.ts";
import type { ExploredAction } from "./action.ts";
import type { ExploredNode, ExploredPacket } from "./explored-node.ts";
import type { ExploredTransition } from "./walk.ts";

/** A run as lines that tell it, one a transition. */
export function storyOf({
  transitions,
}: {
  readonly transitions: readonly ExploredTransition[];
}): readonly StoryLine[] {
  return transitions.map(({ action, sent, lost, nodes }) => ({
    at: undefined,
    node: action.node,
    what: [
      whatHappens(action),
      ...(sent.length === 0 ? [] : [`sends ${sent.map(told).join(", ")}`]),
      ...(lost.length === 0 ? [] : [`loses ${lost.map(told).join(", ")}`]),
    ].join("; "),
    nodes: Object.fromEntries(nodes.map((local) => [local.node, standing(local)])),
  }));
}

const DEEDS: Readonly<Record<ExploredAction["type"], string>> = {
  electionTimeout: "its election timer runs out",
  heartbeatTimeout: "its heartbeat timer runs out",
  leaderSilent: "it has heard no leader",
  propose: "a client proposes",
  deliver: "hears",
  sync: "its disk is synced",
  crash: "crashes and starts again",
  drop: "never hears",
};

function whatHappens({ type, packet, stays, crash }: ExploredAction): string {
  const heard = packet === undefined ? "" : ` ${packet.from}: ${said(packet.message)}`;
  const kept = crash === "everything" ? "keeping what was written" : "losing what was not synced";
  if (type === "crash") return `${DEEDS.crash}, ${kept}`;
  const crashed = crash === undefined ? "" : `, and crashes before the sync, ${kept}`;
  return `${DEEDS[type]}${heard}${stays === true ? " (it will come again)" : ""}${crashed}`;
}

function told({ to, message }: ExploredPacket): string {
  return `${said(message)} to ${to}`;
}

/** A message in a few words. */
function said(message: Message<string>): string {
  const { type, term } = message;
  switch (type) {
    case "requestVote":
    case "requestPreVote":
      return `${type} t${term} last ${message.lastIndex}.${message.lastTerm}`;
    case "voteReply":
    case "preVoteReply":
      return `${type} t${term} ${message.granted ? "yes" : "no"}`;
    case "appendEntries":
      return `${type} t${term} ${message.prevIndex}.${message.prevTerm}+[${entriesTold(message.entries)}] c${message.commit}`;
    case "appendAccepted":
      return `${type} t${term} up to ${message.match}`;
    case "appendRejected":
      return `${type} t${term} at ${message.prevIndex}`;
    case "snapshotChunk":
    case "chunkReply":
    case "timeoutNow":
    case "readRequest":
    case "readReply":
    case "rejoin":
      return `${type} t${term}`;
    default:
      return type satisfies never;
  }
}

/** A node in a few characters: role, term, commit, and the terms of its entries; what is not on disk is in brackets. */
function standing({ state, log, disk }: ExploredNode): string {
  const synced = log.findIndex((entry, at) => entry.term !== disk.log[at]?.term);
  const [durable, rest] = synced === -1 ? [log, []] : [log.slice(0, synced), log.slice(synced)];
  const unsynced = rest.length === 0 ? "" : ` (${entriesTold(rest)})`;
  return `${state.role.type} t${state.term} c${state.commit} [${entriesTold(durable)}]${unsynced}`;
}

function entriesTold(entries: readonly Entry<string>[]): string {
  return entries
    .map((entry) => (entry.type === "command" ? `${entry.term}:${entry.command}` : `${entry.term}`))
    .join(" ");
}
