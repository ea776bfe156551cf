import {
  confirmedRound,
  isJoint,
  membershipOf,
  type Effect,
  type Event,
  type Observed,
} from "@kontiki/core";
import type { Happened } from "./happened.ts";

/** One step of the core at one node. */
export type SteppedNode = {
  readonly event: Event<string>;
  readonly before: Observed<string>;
  readonly after: Observed<string>;
  readonly effects: readonly Effect<string>[];
};

/** The events of a step that a search should meet. */
export function eventsIn(step: SteppedNode): readonly Happened[] {
  return [
    ...leading(step),
    ...committing(step),
    ...refusing(step),
    ...repairing(step),
    ...reading(step),
    ...changing(step),
    ...handingOver(step),
    ...checkingQuorum(step),
    ...compacting(step),
    ...rejoining(step),
  ];
}

function leading({ before: { state: old }, after: { state: now } }: SteppedNode): Happened[] {
  const led = old.role.type === "leader";
  const leads = now.role.type === "leader";
  if (led === leads) return [];
  if (led) return ["a leader steps down"];
  return now.term > 1
    ? ["a leader is elected", "a leader of a later term is elected"]
    : ["a leader is elected"];
}

function committing({ before: { state: old }, after: { env, state } }: SteppedNode): Happened[] {
  if (state.commit === old.commit) return [];
  if (state.role.type !== "leader") return ["a follower learns of a commit"];
  const { log } = env;
  const entries = log
    .slice(log.firstIndex, state.commit, Number.MAX_SAFE_INTEGER)
    .filter(({ index }) => index > old.commit);
  const events: Happened[] = ["a leader commits an entry"];
  if (entries.some(({ type }) => type === "command")) events.push("a leader commits a command");
  if (entries.some(({ term }) => term < state.term))
    events.push("a leader commits an entry of an older term");
  return events;
}

function refusing({ effects }: SteppedNode): Happened[] {
  return effects.flatMap((effect): Happened[] => {
    if (effect.type === "truncateLog") return ["a conflict truncates a log"];
    if (effect.type !== "send") return [];
    const { message } = effect;
    if (message.type === "voteReply" && !message.granted) return ["a vote is refused"];
    return message.type === "appendRejected" ? ["AppendEntries is rejected"] : [];
  });
}

/** The events at a node whose log is damaged. */
function repairing({ event, before: { state: old }, effects }: SteppedNode): Happened[] {
  if (old.horizon === undefined) return [];
  const isReply = event.type === "message" && event.message.type === "fetchReply";
  const isAlone = old.role.type === "follower" && old.role.leader === undefined;
  return effects.flatMap((effect): Happened[] => {
    if (effect.type === "appendLog" && isReply) return ["an entry is fetched"];
    if (effect.type === "logRepaired" && isAlone && isReply)
      return ["a log is repaired without a leader"];
    const votes = effect.type === "send" && effect.message.type === "voteReply";
    return votes && effect.message.granted ? ["a damaged node votes"] : [];
  });
}

function reading({ event, before, after, effects }: SteppedNode): Happened[] {
  const answered = effects.some(({ type }) => type === "readReady");
  const events: Happened[] = answered ? ["a read is answered"] : [];
  if (effects.some(({ type }) => type === "rejectRead")) events.push("a waiting read is refused");
  if (answered && event.type === "message" && event.message.type === "readReply")
    events.push("a follower's read is answered");
  if (answered && event.type === "read" && event.leased)
    events.push("a read is answered by a lease");
  const [{ role: old }, { role: now }] = [before.state, after.state];
  if (old.type !== "leader" || now.type !== "leader" || now.reads.length <= old.reads.length)
    return events;
  const isConfirmed = confirmedRound(before.env, before.state, old) >= old.round;
  return isConfirmed ? events : [...events, "a read waits while an earlier round is under way"];
}

function changing({ before, after, effects }: SteppedNode): Happened[] {
  const [was, is] = [before, after].map(({ env, state }) => membershipOf(env, state));
  const [old, now] = [before.state, after.state];
  if (was === undefined || is === undefined) return [];
  const leads = old.role.type === "leader" && now.role.type === "leader";
  const events: Happened[] = [];
  const isCut = effects.some(({ type }) => type === "truncateLog");
  if (
    isCut &&
    old.memberships.some(({ index }) => !now.memberships.some((one) => one.index === index))
  )
    events.push("a membership is cut from a log");
  if (leads && was !== is) {
    events.push(isJoint(is) ? "a joint membership is entered" : "a membership is changed");
    if (isJoint(was)) events.push("a joint membership is left");
    if (is.voters.some((node) => was.learners.includes(node))) events.push("a learner is promoted");
  }
  if (leads && now.commit > old.commit && was.outgoing.length > 0 && was.outgoing.length % 2 === 0)
    events.push("a joint membership with an even outgoing half decides");
  const isMember = is.voters.includes(after.env.config.id);
  if (
    old.role.type === "leader" &&
    now.role.type === "follower" &&
    old.term === now.term &&
    !isMember
  )
    events.push("a removed leader steps down");
  return events;
}

function handingOver({ event, before, after, effects }: SteppedNode): Happened[] {
  const [{ role: old }, { role: now }] = [before.state, after.state];
  const events: Happened[] = [];
  if (event.type === "transfer" && now.type === "leader") events.push("a transfer begins");
  const isAsked = event.type === "message" && event.message.type === "timeoutNow";
  if (isAsked && now.type === "candidate" && old.type !== "candidate")
    events.push("a node stands because its leader asks it to");
  if (effects.some(({ type }) => type === "transferEnded") && now.type === "leader")
    events.push("a transfer fails");
  if (event.type === "peerDown")
    events.push(
      old.type === "leader" ? "a leader hears of a death" : "the death of a leader is heard",
    );
  return events;
}

function checkingQuorum({ event, before, after, effects }: SteppedNode): Happened[] {
  const [{ role: old }, { role: now }] = [before.state, after.state];
  if (event.type === "heartbeatTimeout" && old.type === "leader" && now.type === "follower")
    return ["a leader steps down because no majority answers"];
  if (event.type !== "message") return [];
  const { message, toUid } = event;
  const { uid, quorumBeats } = after.env.config;
  const asks = message.type === "requestVote" || message.type === "requestPreVote";
  const mayWithhold = asks && quorumBeats > 0 && toUid === uid;
  if (mayWithhold && message.term > after.state.term && effects.length === 0)
    return ["a vote is withheld"];
  if (message.type !== "requestPreVote") return [];
  const replies = effects.flatMap((effect) => (effect.type === "send" ? [effect.message] : []));
  return replies.flatMap((reply): Happened[] =>
    reply.type === "preVoteReply"
      ? [reply.granted ? "a pre-vote is granted" : "a pre-vote is refused"]
      : [],
  );
}

function compacting({ event, before, effects }: SteppedNode): Happened[] {
  const types = effects.map(({ type }) => type);
  const events: Happened[] = event.type === "snapshotTaken" ? ["a snapshot is taken"] : [];
  if (types.includes("compactLog")) events.push("a log is compacted");
  if (types.includes("installSnapshot")) events.push("a snapshot is installed");
  if (event.type !== "message" || event.message.type !== "snapshotChunk") return events;
  const { offset, snapshot } = event.message;
  const { role } = before.state;
  const receiving = role.type === "follower" ? role.receiving : undefined;
  const isNeeded = snapshot.index > before.state.commit;
  if (isNeeded && offset !== (receiving?.received ?? 0))
    events.push("a part of a snapshot arrives out of place");
  return isNeeded ? events : [...events, "a part of a snapshot is not needed"];
}

function rejoining({ event, effects }: SteppedNode): Happened[] {
  const asks = effects.some((effect) => effect.type === "send" && effect.message.type === "rejoin");
  if (asks) return ["a node with another disk asks to rejoin"];
  const isAsked = event.type === "message" && event.message.type === "rejoin";
  return isAsked && effects.some(({ type }) => type === "appendLog")
    ? ["a node with another disk loses its vote"]
    : [];
}
