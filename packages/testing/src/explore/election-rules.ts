import type { Effect, Event, LogPosition, Message } from "@kontiki/core";
import { isMajority, lastMembership } from "./majorities.ts";
import type { SteppedNode } from "./noteworthy.ts";
import type { Rule } from "./rule.ts";

type Received = Event<string> & { readonly type: "message" };

/** The rules of terms, votes and the election timer. They compare terms and logs themselves. */
export const ELECTION_RULES: readonly Rule[] = [
  {
    // §5.1, and Figure 2, "all servers".
    text: "it does not adopt a newer term",
    isBroken: (step) => {
      const received = receivedIn(step);
      if (received === undefined || !countsTerm(received, step)) return false;
      return step.after.state.term < received.message.term;
    },
  },
  {
    // Figure 2, RequestVote; dissertation 9.6.
    text: "it does not answer a request for its vote",
    isBroken: (step) => {
      const received = receivedIn(step);
      if (received === undefined || !asksForVote(received.message)) return false;
      return !isWithheld(received, step) && answersTo(step).length === 0;
    },
  },
  {
    // §5.4.1; dissertation 9.6.
    text: "it promises a vote to a server whose log lacks what it has",
    isBroken: (step) => {
      const message = receivedIn(step)?.message;
      if (message === undefined || !asksForVote(message)) return false;
      return lacksOurs(message, step) && answersTo(step).some(({ granted }) => granted);
    },
  },
  {
    // Figure 2, RequestVote; dissertation 9.6. Also of a server that does not know yet that it is a voter (4.2.1).
    text: "it refuses a vote that it has not given to another server",
    isBroken: (step) => {
      const received = receivedIn(step);
      if (received === undefined || !asksForVote(received.message)) return false;
      const { message, from } = received;
      const { term, votedFor } = step.before.state;
      const isVote = message.type === "requestVote";
      const isGiven = isVote && message.term === term && (votedFor ?? from) !== from;
      const isOld = message.term < term || (!isVote && message.term === term);
      if (isGiven || isOld || isWithheld(received, step) || lacksOurs(message, step)) return false;
      return answersTo(step).some(({ granted }) => !granted);
    },
  },
  {
    // Dissertation 9.6.
    text: "it stands without promises of a majority",
    isBroken: ({ event, before, after }) => {
      const { id, preVote } = before.env.config;
      const isAsked = event.type === "message" && event.message.type === "timeoutNow";
      const stands = after.state.role.type === "candidate" || after.state.role.type === "leader";
      if (!preVote || isAsked || !stands || after.state.term === before.state.term) return false;
      const { role } = before.state;
      const promised = role.type === "preCandidate" ? role.votes : [];
      const isPromise = event.type === "message" && event.message.type === "preVoteReply";
      const last = isPromise && event.message.granted ? [event.from] : [];
      return !isMajority(lastMembership(before), [...new Set([id, ...promised, ...last])]);
    },
  },
  {
    // Dissertation 4.2.3.
    text: "it votes, or adopts a term, although it hears a leader",
    isBroken: (step) => {
      const received = receivedIn(step);
      if (received === undefined || !isWithheld(received, step)) return false;
      const grants = answersTo(step).some(({ granted }) => granted);
      return grants || step.after.state.term > step.before.state.term;
    },
  },
  {
    // Dissertation 6.4.1: a lease depends on votes that are withheld until an election timeout has passed.
    text: "it votes again before a leader was silent for an election timeout",
    isBroken: ({ event, before, after }) => {
      const [{ role: old }, { role: now }] = [before.state, after.state];
      if (!after.env.config.leases || event.type !== "message") return false;
      return old.type === "follower" && old.heard && now.type === "follower" && !now.heard;
    },
  },
  {
    // §5.2: only a server that gave its vote waits for the candidate.
    text: "its election timer does not follow its vote",
    isBroken: (step) => {
      if (receivedIn(step)?.message.type !== "requestVote") return false;
      const isDeposed = step.before.state.role.type === "leader";
      if (isDeposed && step.after.state.role.type !== "leader") return false;
      const isReset = step.effects.some(({ type }) => type === "resetElectionTimer");
      return isReset !== answersTo(step).some(({ granted }) => granted);
    },
  },
  {
    // §5.2: a follower that hears its leader does not stand.
    text: "its leader does not reset its election timer",
    isBroken: (step) => {
      const received = receivedIn(step);
      if (received === undefined) return false;
      const { type, term } = received.message;
      if (type !== "appendEntries" && type !== "snapshotChunk") return false;
      const { role, term: own } = step.after.state;
      const isLed = term === own && role.type === "follower" && role.leader === received.from;
      return isLed && !step.effects.some((effect) => effect.type.endsWith("ElectionTimer"));
    },
  },
];

/** A message that counts: to this server's disk, from a member with the disk that the membership names. */
function receivedIn({ event, before }: SteppedNode): Received | undefined {
  if (event.type !== "message" || event.toUid !== before.env.config.uid) return undefined;
  const { voters, outgoing, learners, learnersNext, uids } = lastMembership(before);
  const isMember = [...voters, ...outgoing, ...learners, ...learnersNext].includes(event.from);
  return isMember && event.fromUid === (uids[event.from] ?? 0) ? event : undefined;
}

/** Whether its term is one that a server has begun, and it is not ignored. */
function countsTerm(received: Received, step: SteppedNode): boolean {
  const { message } = received;
  if (message.type === "requestPreVote" || message.type === "rejoin") return false;
  if (message.type === "preVoteReply" && message.granted) return false;
  return !isWithheld(received, step);
}

/** Whether requests for votes are ignored, because a leader is heard. The leader itself may ask: it leads no more. */
function isWithheld({ message, from }: Received, { before: { env, state } }: SteppedNode): boolean {
  const { role } = state;
  if (env.config.quorumBeats === 0 || !asksForVote(message)) return false;
  if (message.type === "requestVote" && message.transfer) return false;
  if (role.type === "leader") return true;
  return role.type === "follower" && role.heard && role.leader !== from;
}

type VoteRequest = Message<string> & { readonly type: "requestVote" | "requestPreVote" };

function asksForVote(message: Message<string>): message is VoteRequest {
  return message.type === "requestVote" || message.type === "requestPreVote";
}

/** Whether the log of the server that asks lacks something that ours has, or had before it was damaged. */
function lacksOurs(
  { lastIndex, lastTerm }: VoteRequest,
  { before: { env, state } }: SteppedNode,
): boolean {
  const theirs = { index: lastIndex, term: lastTerm };
  const { lastIndex: end } = env.log;
  const ours = { index: end, term: env.log.termAt(end) ?? 0 };
  return isAfter(ours, theirs) || isAfter(state.horizon ?? ours, theirs);
}

/** The answers of a step to requests for votes. */
function answersTo({ effects }: SteppedNode): readonly { readonly granted: boolean }[] {
  return effects.flatMap((effect: Effect<string>) => {
    if (effect.type !== "send") return [];
    const { message } = effect;
    return message.type === "voteReply" || message.type === "preVoteReply" ? [message] : [];
  });
}

/** Whether a log that ends at one position is more up to date than one that ends at another (§5.4.1). */
function isAfter(
  one: Pick<LogPosition, "index"> & { readonly term: number },
  other: Pick<LogPosition, "index"> & { readonly term: number },
): boolean {
  return one.term === other.term ? one.index > other.index : one.term > other.term;
}
