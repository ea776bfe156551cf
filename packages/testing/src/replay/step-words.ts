import type { CommandBytes } from "@kontiki/actors/node";
import type { Effect, Entry, Membership, Message, State } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";

/**
 * What a step of a node came to, in words. Undefined for one that changed nothing that a reader would miss, such as a
 * heartbeat that found all in order.
 */
export function stepWords(step: CoreStep): string | undefined {
  const words = [
    downWords(step),
    roleWords(step),
    ...step.effects.map((effect) => effectWords(step, effect)),
    snapshotWords(step),
    step.after.commit > step.before.commit ? `commits up to ${step.after.commit}` : undefined,
  ].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join("; ");
}

function downWords({ event, before, after }: CoreStep): string | undefined {
  const isNoted = event.type === "peerDown" && before !== after;
  return isNoted ? `hears that ${event.node} is gone` : undefined;
}

function roleWords({ event, before, after }: CoreStep): string | undefined {
  const { role, term } = after;
  const isSame = role.type === before.role.type;
  switch (role.type) {
    case "preCandidate":
      return isSame && event.type !== "electionTimeout"
        ? undefined
        : `asks who would vote for it in term ${term + 1}`;
    case "candidate":
      return isSame && term === before.term ? undefined : `stands for election in term ${term}`;
    case "leader":
      return isSame ? undefined : `leads term ${term}${votesTold(event, before)}`;
    case "follower":
      return followerWords(event, before, after);
    default:
      return role satisfies never;
  }
}

function votesTold(event: CoreStep["event"], { role }: State): string {
  if (role.type !== "candidate") return "";
  const votes = event.type === "message" ? [...role.votes, event.from] : role.votes;
  return `, elected by ${[...new Set(votes)].toSorted().join(", ")}`;
}

function followerWords(event: CoreStep["event"], before: State, after: State): string | undefined {
  if (after.role.type !== "follower") return undefined;
  const { leader } = after.role;
  const had = before.role.type === "follower" ? before.role.leader : undefined;
  const follows = leader !== undefined && (leader !== had || after.term !== before.term);
  const told = event.type === "message" ? ` from ${event.from}` : "";
  // A vote tells its term itself.
  const isOther = after.term > before.term && after.votedFor === undefined;
  const stood = before.role.type === "candidate" || before.role.type === "preCandidate";
  const words = [
    before.role.type === "leader" ? `steps down${becauseOf(event)}` : undefined,
    stood ? "stands no more" : undefined,
    isOther && !follows ? `hears of term ${after.term}${told}` : undefined,
    follows ? `follows ${leader} in term ${after.term}` : undefined,
  ].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(", ");
}

function becauseOf({ type }: CoreStep["event"]): string {
  return type === "heartbeatTimeout" ? ", as no majority answers" : "";
}

function effectWords(step: CoreStep, effect: Effect<CommandBytes>): string | undefined {
  switch (effect.type) {
    case "appendLog":
      return appendWords(step, effect.entries);
    case "truncateLog":
      return `drops its log behind ${effect.after}`;
    case "compactLog":
      return `compacts its log up to ${effect.upTo}`;
    case "installSnapshot":
      return `takes up a snapshot of all up to ${effect.snapshot.index}`;
    case "logRepaired":
      return "has repaired its log";
    case "rejectChange":
      return `changes no members: ${effect.reason}`;
    case "transferEnded":
      return effect.reason === undefined ? undefined : `keeps the lead: ${effect.reason}`;
    case "send":
      return replyWords(step, effect.to, effect.message);
    default:
      return undefined;
  }
}

function appendWords({ event }: CoreStep, entries: readonly Entry<CommandBytes>[]): string {
  const [first, last] = [entries[0]?.index ?? 0, entries.at(-1)?.index ?? 0];
  const range = first === last ? `entry ${first}` : `entries ${first} to ${last}`;
  const isTaken = event.type === "message" && event.message.type === "appendEntries";
  const verb = isTaken ? `takes ${range} of ${event.from}` : `appends ${range}`;
  return [verb, ...entries.flatMap(contentWords)].join(", ");
}

function contentWords(entry: Entry<CommandBytes>): readonly string[] {
  switch (entry.type) {
    case "command":
      return [];
    case "noop":
      return [`which opens term ${entry.term}`];
    case "membership":
      return [`members ${membersTold(entry.membership)}`];
    default:
      return entry satisfies never;
  }
}

function membersTold({ voters, outgoing, learners }: Membership): string {
  const joint = outgoing.length === 0 ? "" : ` and ${outgoing.join(" ")}`;
  return `${voters.join(" ")}${joint}${learners.length === 0 ? "" : `, learners ${learners.join(" ")}`}`;
}

/** Whatever is not told here is seen from what it leads to at the other end. */
function replyWords(
  { event, after }: CoreStep,
  to: string,
  message: Message<CommandBytes>,
): string | undefined {
  switch (message.type) {
    case "voteReply":
      if (message.granted) return `votes for ${to} in term ${after.term}`;
      return `gives ${to} no vote${whyNoVote(event, after, to)}`;
    case "preVoteReply":
      return message.granted ? undefined : `would give ${to} no vote`;
    case "appendRejected":
      return `refuses entries of ${to}${whyRefused(event, message, after)}`;
    case "timeoutNow":
      return `asks ${to} to stand`;
    case "rejoin":
      return `asks ${to} to be taken in with a new disk`;
    default:
      return undefined;
  }
}

function whyNoVote(event: CoreStep["event"], after: State, to: string): string {
  if (event.type === "message" && event.message.term < after.term) return ": its term is over";
  if (after.votedFor !== undefined && after.votedFor !== to)
    return `: it has voted for ${after.votedFor}`;
  return after.horizon === undefined ? ": its log is less up to date" : ": its own log is damaged";
}

function whyRefused(
  event: CoreStep["event"],
  {
    prevIndex,
    conflictTerm,
    conflictIndex,
  }: Message<CommandBytes> & { readonly type: "appendRejected" },
  after: State,
): string {
  if (event.type === "message" && event.message.term < after.term) return ": its term is over";
  return conflictTerm === undefined
    ? ` behind ${prevIndex}: its log ends at ${conflictIndex - 1}`
    : ` behind ${prevIndex}: its own entry there is of term ${conflictTerm}`;
}

function snapshotWords({ event }: CoreStep): string | undefined {
  return event.type === "snapshotTaken"
    ? `has taken a snapshot of all up to ${event.snapshot.index}`
    : undefined;
}
