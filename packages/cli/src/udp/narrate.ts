import type { Effect, State } from "@kontiki/core";
import { notInOriginal } from "./not-in-original.ts";
import type { UdpEvent } from "./turn.ts";
import type { Value, WireMessage } from "./wire-message.ts";

/** How the core handled an event. */
export type Handled = {
  readonly before: State;
  readonly event: UdpEvent;
  readonly after: State;
  readonly effects: readonly Effect<Value>[];
};

const STEPPING_DOWN = "Stepping down to Follower state";
const BECOMING_LEADER = "Becoming leader";

/**
 * The decisions for an event, in the original's log messages.
 *
 * Where the core decides differently from the original, the messages are those for the core's decision: a server that
 * steps down because of a request of a newer term also logs how it voted.
 */
export function narrate(handled: Handled): readonly string[] {
  const { before, event, after } = handled;
  switch (event.type) {
    case "electionTimeout":
      return onElectionTimeout(before, after);
    case "heartbeatTimeout":
      return onHeartbeatTimeout(before);
    case "message":
      return onMessage(handled, event.from, event.message);
    default:
      return event satisfies never;
  }
}

function onElectionTimeout(before: State, after: State): readonly string[] {
  if (before.role.type === "leader") return [];
  if (before.role.type === "candidate") return ["Election timeout in Candidate state"];
  const becoming = after.role.type === "leader" ? BECOMING_LEADER : "Becoming candidate";
  return ["Election timeout, stepping up", becoming];
}

/** A node that no longer leads gets one more heartbeat timeout: as in the original, nothing stops that timer. */
function onHeartbeatTimeout({ role }: State): readonly string[] {
  switch (role.type) {
    case "follower":
      return ["Ignoring heartbeat timeout in Follower state"];
    case "candidate":
      return ["Ignoring heartbeat timeout in Candidate state"];
    case "preCandidate":
      return notInOriginal(role.type);
    case "leader":
      return [];
    default:
      return role satisfies never;
  }
}

function onMessage(handled: Handled, from: string, message: WireMessage): readonly string[] {
  switch (message.type) {
    case "RequestVote":
      return onRequestVote(handled, from, message.term);
    case "RequestVoteResponse":
      return onVote(handled, from, message.term, message.voteGranted);
    case "AppendEntries":
      return onAppendEntries(handled.before, message.term);
    case "AppendEntriesResponse":
      return onAnswer(handled.before, message.term);
    default:
      return message satisfies never;
  }
}

function onRequestVote(handled: Handled, from: string, sent: bigint): readonly string[] {
  const { before } = handled;
  if (before.role.type !== "follower") {
    return sent > before.term ? [STEPPING_DOWN, decision(handled, from)] : ["Not granting vote"];
  }
  if (sent < before.term) return ["Received RequestVote for old term"];
  const received =
    sent > before.term
      ? "Received RequestVote for newer term, bumping"
      : "Received RequestVote for current term";
  return [received, decision(handled, from)];
}

function decision({ after, effects }: Handled, from: string): string {
  const granted = effects.some(
    (effect) =>
      effect.type === "send" && effect.message.type === "voteReply" && effect.message.granted,
  );
  if (granted) return "Granting vote";
  return after.votedFor !== undefined && after.votedFor !== from
    ? "Granted vote to other node, rejecting"
    : "Node out-of-date, rejecting vote";
}

function onVote(
  { before, after }: Handled,
  from: string,
  sent: bigint,
  granted: boolean,
): readonly string[] {
  if (sent > before.term) return [STEPPING_DOWN];
  const { role } = before;
  if (role.type !== "candidate") return [];
  if (sent < before.term) return ["Ignoring RequestVoteResponse for old term"];
  if (!granted) return ["Ignoring RequestVoteResponse since vote wasn't granted"];
  if (role.votes.some((voter) => voter === from)) return ["Ignoring duplicate RequestVoteResponse"];
  const outcome =
    after.role.type === "leader"
      ? ["Reached a majority, becoming Leader", BECOMING_LEADER]
      : ["No majority yet"];
  return ["Received valid RequestVoteResponse", ...outcome];
}

function onAppendEntries({ role, term }: State, sent: bigint): readonly string[] {
  if (role.type !== "candidate") return sent > term ? [STEPPING_DOWN] : [];
  return sent < term
    ? ["Ignoring AppendEntries for old term"]
    : ["Received AppendEntries for current or newer term", STEPPING_DOWN];
}

function onAnswer({ role, term }: State, sent: bigint): readonly string[] {
  if (sent > term) return [STEPPING_DOWN];
  switch (role.type) {
    case "follower":
      return ["Received AppendEntriesResponse message in Follower state, ignoring"];
    case "candidate":
      return ["Ignoring AppendEntriesResponse message in Candidate mode"];
    case "preCandidate":
      return notInOriginal(role.type);
    case "leader":
      return sent < term ? ["Ignoring old AppendEntriesResponse"] : [];
    default:
      return role satisfies never;
  }
}
