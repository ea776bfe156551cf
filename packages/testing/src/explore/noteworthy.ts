import { confirmedRound, type Effect, type Event, type Observed } from "@kontiki/core";
import type { Happened } from "./sometimes.ts";

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
  if (answered && event.type === "read" && event.leased) events.push("a read is answered by a lease");
  const [{ role: old }, { role: now }] = [before.state, after.state];
  if (old.type !== "leader" || now.type !== "leader" || now.reads.length <= old.reads.length)
    return events;
  const isConfirmed = confirmedRound(before.env, before.state, old) >= old.round;
  return isConfirmed ? events : [...events, "a read waits while an earlier round is under way"];
}
