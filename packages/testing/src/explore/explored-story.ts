import type { Change, Entry, Fetched, Membership, Message } from "@kontiki/core";
import type { StoryLine } from "../run/story.ts";
import type { ExploredAction } from "./action.ts";
import type { ExploredNode, ExploredPacket } from "./explored-node.ts";
import type { ExploredTransition } from "./walk.ts";

/** The story of a run: one line for each transition. */
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
      ...(sent.length === 0 ? [] : [`sends ${sent.map(packetText).join(", ")}`]),
      ...(lost.length === 0 ? [] : [`loses ${lost.map(packetText).join(", ")}`]),
    ].join("; "),
    nodes: Object.fromEntries(nodes.map((local) => [local.node, nodeText(local)])),
  }));
}

const EVENTS: Readonly<Record<ExploredAction["type"], string>> = {
  electionTimeout: "election timeout",
  heartbeatTimeout: "heartbeat timeout",
  leaderSilent: "has heard no leader",
  propose: "a client proposes",
  deliver: "receives",
  sync: "syncs its disk",
  crash: "crashes and restarts",
  drop: "never receives",
  lose: "crashes and restarts without",
  read: "a client reads",
  changeMembership: "an operator changes the membership:",
  transfer: "an operator makes a transfer of leadership",
  takeSnapshot: "takes a snapshot",
  wipe: "crashes and restarts with an empty disk",
  peerDown: "hears that a process is dead:",
};

function whatHappens(action: ExploredAction): string {
  const { type, packet, stays, crash, entry } = action;
  if (entry !== undefined) return `${EVENTS[type]} entry ${entry}, which its disk has lost`;
  const received =
    packet === undefined ? "" : ` ${messageText(packet.message)} from ${packet.from}`;
  const kept = crash === "everything" ? "keeping unsynced writes" : "losing unsynced writes";
  if (type === "crash") return `${EVENTS.crash}, ${kept}`;
  const crashed = crash === undefined ? "" : `, and crashes before the sync, ${kept}`;
  return `${EVENTS[type]}${detailText(action)}${received}${stays === true ? " (a copy stays in flight)" : ""}${crashed}`;
}

/** What distinguishes an event from others of its kind. */
function detailText({ id, leased, changes, target, peer }: ExploredAction): string {
  if (changes !== undefined) return ` ${changes.map(changeText).join(", ")}`;
  if (target !== undefined) return ` to ${target}`;
  if (peer !== undefined) return ` ${peer}`;
  if (id === undefined) return "";
  return ` (read ${id}${leased === true ? ", by its lease" : ""})`;
}

function changeText(change: Change): string {
  const { type, node } = change;
  if (type !== "addLearner") return `${type} ${node}`;
  const replaces = change.replaces === undefined ? "" : `, which replaces ${change.replaces}`;
  return `${type} ${node}${replaces}`;
}

function packetText({ to, message }: ExploredPacket): string {
  return `${messageText(message)} to ${to}`;
}

/** A message as a short text. */
function messageText(message: Message<string>): string {
  const { type, term } = message;
  switch (type) {
    case "requestVote":
    case "requestPreVote":
      return `${type} t${term} last ${message.lastIndex}.${message.lastTerm}`;
    case "voteReply":
    case "preVoteReply":
      return `${type} t${term} ${message.granted ? "yes" : "no"}`;
    case "appendEntries":
      return `${type} t${term} ${message.prevIndex}.${message.prevTerm}+[${entriesText(message.entries)}] c${message.commit}`;
    case "appendAccepted":
      return `${type} t${term} up to ${message.match}`;
    case "appendRejected":
      return `${type} t${term} at ${message.prevIndex}`;
    case "fetchRequest":
      return `${type} t${term} after ${message.after.index}.${message.after.term}, had ${message.known.map(({ index, term: of }) => `${index}.${of}`).join(" ")}`;
    case "fetchReply":
      return `${type} t${term} after ${message.after} ${fetchedText(message.answer)}`;
    case "readRequest":
      return `${type} t${term} read ${message.id}`;
    case "readReply":
      return `${type} t${term} read ${message.id} as of ${message.index}`;
    case "snapshotChunk":
      return `${type} t${term} ${message.snapshot.index}.${message.snapshot.term} part ${message.offset + 1} of ${message.snapshot.size}`;
    case "chunkReply":
      return `${type} t${term} ${message.index} has ${message.received}`;
    case "timeoutNow":
    case "rejoin":
    case "fetchChunk":
    case "fetchedChunk":
      return `${type} t${term}`;
    default:
      return type satisfies never;
  }
}

function fetchedText(answer: Fetched<string>): string {
  switch (answer.type) {
    case "entries":
      return `+[${entriesText(answer.entries)}]`;
    case "snapshot":
      return `snapshot up to ${answer.snapshot.index}`;
    case "lack":
      return answer.why;
    default:
      return answer satisfies never;
  }
}

/**
 * A node as a short text: role, term, commit, and the terms of its entries; unsynced entries are in parentheses. A damaged log
 * ends with the position of the last entry that it had.
 */
function nodeText({ state, log, base, disk, uid }: ExploredNode): string {
  const skipped = (disk.base?.index ?? 0) - (base?.index ?? 0);
  const synced = log.findIndex((entry, at) => entry.term !== disk.log[at - skipped]?.term);
  const [durable, rest] = synced === -1 ? [log, []] : [log.slice(0, synced), log.slice(synced)];
  const unsynced = rest.length === 0 ? "" : ` (${entriesText(rest)})`;
  const { horizon } = state;
  const damage = horizon === undefined ? "" : ` had ${horizon.index}.${horizon.term}`;
  const before = base === undefined ? "" : `..${base.index} `;
  const on = uid === undefined ? "" : ` on disk ${uid}`;
  const known = `${before}${entriesText(durable)}`.trimEnd();
  return `${state.role.type} t${state.term} c${state.commit} [${known}]${unsynced}${damage}${on}`;
}

function entriesText(entries: readonly Entry<string>[]): string {
  return entries
    .map((entry) => {
      if (entry.type === "command") return `${entry.term}:${entry.command}`;
      return entry.type === "membership"
        ? `${entry.term}:${membershipText(entry.membership)}`
        : `${entry.term}`;
    })
    .join(" ");
}

/** The voters, and after a stroke the outgoing ones, and after a plus the learners. */
function membershipText({ voters, outgoing, learners }: Membership): string {
  const half = outgoing.length === 0 ? "" : `|${outgoing.join("")}`;
  const more = learners.length === 0 ? "" : `+${learners.join("")}`;
  return `{${voters.join("")}${half}${more}}`;
}
