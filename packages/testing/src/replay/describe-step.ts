import type { CommandBytes } from "@kontiki/actors/node";
import type { Effect, Entry, Membership, Message, State } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";

/**
 * Describes a step of a node. Undefined for a step without a change that matters to a reader, such as a heartbeat that
 * changes nothing.
 */
export function describeStep(step: CoreStep): string | undefined {
  const parts = [
    downText(step),
    roleText(step),
    ...step.effects.map((effect) => effectText(step, effect)),
    snapshotText(step),
    step.after.commit > step.before.commit ? `commits up to ${step.after.commit}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join("; ");
}

function downText({ event, before, after }: CoreStep): string | undefined {
  const isNoted = event.type === "peerDown" && before !== after;
  return isNoted ? `learns that ${event.node} is down` : undefined;
}

function roleText({ event, before, after }: CoreStep): string | undefined {
  const { role, term } = after;
  const isSame = role.type === before.role.type;
  switch (role.type) {
    case "preCandidate":
      return isSame && event.type !== "electionTimeout"
        ? undefined
        : `starts a pre-vote for term ${term + 1}`;
    case "candidate":
      return isSame && term === before.term ? undefined : `becomes a candidate in term ${term}`;
    case "leader":
      return isSame ? undefined : `leads term ${term}${votesText(event, before)}`;
    case "follower":
      return followerText(event, before, after);
    default:
      return role satisfies never;
  }
}

function votesText(event: CoreStep["event"], { role }: State): string {
  if (role.type !== "candidate") return "";
  const votes = event.type === "message" ? [...role.votes, event.from] : role.votes;
  return `, elected by ${[...new Set(votes)].toSorted().join(", ")}`;
}

function followerText(event: CoreStep["event"], before: State, after: State): string | undefined {
  if (after.role.type !== "follower") return undefined;
  const { leader } = after.role;
  const had = before.role.type === "follower" ? before.role.leader : undefined;
  const follows = leader !== undefined && (leader !== had || after.term !== before.term);
  const sender = event.type === "message" ? ` from ${event.from}` : "";
  // A vote names its term itself.
  const isOther = after.term > before.term && after.votedFor === undefined;
  const stood = before.role.type === "candidate" || before.role.type === "preCandidate";
  const parts = [
    before.role.type === "leader" ? `steps down${becauseOf(event)}` : undefined,
    stood ? "ends its candidacy" : undefined,
    isOther && !follows ? `learns of term ${after.term}${sender}` : undefined,
    follows ? `follows ${leader} in term ${after.term}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(", ");
}

function becauseOf({ type }: CoreStep["event"]): string {
  return type === "heartbeatTimeout" ? " because no majority answers" : "";
}

function effectText(step: CoreStep, effect: Effect<CommandBytes>): string | undefined {
  switch (effect.type) {
    case "appendLog":
      return appendText(step, effect.entries);
    case "truncateLog":
      return `truncates its log after ${effect.after}`;
    case "compactLog":
      return `compacts its log up to ${effect.upTo}`;
    case "installSnapshot":
      return `installs a snapshot up to ${effect.snapshot.index}`;
    case "logRepaired":
      return "has repaired its log";
    case "rejectChange":
      return `rejects the membership change: ${effect.reason}`;
    case "transferEnded":
      return effect.reason === undefined ? undefined : `keeps the leadership: ${effect.reason}`;
    case "send":
      return replyText(step, effect.to, effect.message);
    default:
      return undefined;
  }
}

function appendText({ event }: CoreStep, entries: readonly Entry<CommandBytes>[]): string {
  const [first, last] = [entries[0]?.index ?? 0, entries.at(-1)?.index ?? 0];
  const range = first === last ? `entry ${first}` : `entries ${first} to ${last}`;
  const isAccepted = event.type === "message" && event.message.type === "appendEntries";
  const verb = isAccepted ? `accepts ${range} from ${event.from}` : `appends ${range}`;
  return [verb, ...entries.flatMap(contentText)].join(", ");
}

function contentText(entry: Entry<CommandBytes>): readonly string[] {
  switch (entry.type) {
    case "command":
      return [];
    case "noop":
      return [`the no-op of term ${entry.term}`];
    case "membership":
      return [`members ${membersText(entry.membership)}`];
    default:
      return entry satisfies never;
  }
}

function membersText({ voters, outgoing, learners }: Membership): string {
  const joint = outgoing.length === 0 ? "" : ` and ${outgoing.join(" ")}`;
  return `${voters.join(" ")}${joint}${learners.length === 0 ? "" : `, learners ${learners.join(" ")}`}`;
}

/** Whatever is not told here is seen from what it leads to at the other end. */
function replyText(
  { event, after }: CoreStep,
  to: string,
  message: Message<CommandBytes>,
): string | undefined {
  switch (message.type) {
    case "voteReply":
      if (message.granted) return `votes for ${to} in term ${after.term}`;
      return `refuses to vote for ${to}${whyNoVote(event, after, to)}`;
    case "preVoteReply":
      return message.granted ? undefined : `refuses the pre-vote of ${to}`;
    case "appendRejected":
      return `rejects entries from ${to}${whyRejected(event, message, after)}`;
    case "timeoutNow":
      return `asks ${to} to start an election`;
    case "rejoin":
      return `asks ${to} to rejoin with a new disk`;
    default:
      return undefined;
  }
}

function whyNoVote(event: CoreStep["event"], after: State, to: string): string {
  if (event.type === "message" && event.message.term < after.term) return `: ${to} has an old term`;
  if (after.votedFor !== undefined && after.votedFor !== to)
    return `: already voted for ${after.votedFor}`;
  return after.horizon === undefined
    ? `: the log of ${to} is less up to date`
    : ": its own log is damaged";
}

function whyRejected(
  event: CoreStep["event"],
  {
    prevIndex,
    conflictTerm,
    conflictIndex,
  }: Message<CommandBytes> & { readonly type: "appendRejected" },
  after: State,
): string {
  if (event.type === "message" && event.message.term < after.term) return ": old term";
  return conflictTerm === undefined
    ? ` after ${prevIndex}: its own log ends at ${conflictIndex - 1}`
    : ` after ${prevIndex}: its own entry there has term ${conflictTerm}`;
}

function snapshotText({ event }: CoreStep): string | undefined {
  return event.type === "snapshotTaken"
    ? `has taken a snapshot up to ${event.snapshot.index}`
    : undefined;
}
