import {
  indexAfter,
  maxIndex,
  minIndex,
  quorumIndex,
  step,
  type Effect,
  type Env,
  type Event,
  type Index,
  type Message,
  type State,
  type Step,
} from "@kontiki/core";
import type { StepFunction } from "@kontiki/testing";

type Received = Event<string> & { readonly type: "message" };

/** The core with a different handler for messages of one type. */
export function on<Type extends Message<string>["type"]>(
  type: Type,
  handle: (
    env: Env<string>,
    state: State,
    event: Received,
    message: Message<string> & { readonly type: Type },
  ) => Step<string>,
): StepFunction {
  return <C>(env: Env<C>, state: State, event: Event<C>): Step<C> => {
    if (event.type !== "message" || event.message.type !== type) return step(env, state, event);
    const text = env as unknown as Env<string>;
    const received = event as unknown as Received;
    const message = received.message as Message<string> & { readonly type: Type };
    return handle(text, state, received, message) as unknown as Step<C>;
  };
}

/** The step with every sent message changed. */
export function withSent(
  { state, effects }: Step<string>,
  change: (message: Message<string>) => Message<string>,
): Step<string> {
  const changed = effects.map((effect): Effect<string> =>
    effect.type === "send" ? { ...effect, message: change(effect.message) } : effect,
  );
  return { state, effects: changed };
}

/** A server votes for a candidate whatever its log lacks (§5.4.1). */
export const votesWithoutLogCheck = on("requestVote", (env, state, event, message) => {
  const lastIndex = indexAfter(message.lastIndex, 99);
  return step(env, state, { ...event, message: { ...message, lastIndex, lastTerm: message.term } });
});

/** A server saves its term without its vote, so that a crash forgets the vote (Figure 2). */
export const forgetsVote = on("requestVote", (env, state, event) => {
  const { state: next, effects } = step(env, state, event);
  const changed = effects.map((effect): Effect<string> =>
    effect.type === "saveHardState"
      ? { ...effect, hard: { ...effect.hard, votedFor: undefined } }
      : effect,
  );
  return { state: next, effects: changed };
});

/** A server votes for every candidate that asks, even for a second one in a term (§5.2). */
export const votesTwice = on("requestVote", (env, state, event, message) => {
  const free = message.term === state.term && state.role.type === "follower";
  return step(env, free ? { ...state, votedFor: undefined } : state, event);
});

/** A candidate counts a refusal as a vote. */
export const countsRefusals = on("voteReply", (env, state, event, message) =>
  step(env, state, { ...event, message: { ...message, granted: true } }),
);

/** A leader commits an entry that a majority holds, even from an older term (Figure 8). */
export const commitsOldTerms = on("appendAccepted", (env, state, event) => {
  const next = step(env, state, event);
  const { role, durable, commit } = next.state;
  if (role.type !== "leader") return next;
  const held = quorumIndex(env.config.voters, (voter) =>
    voter === env.config.id ? durable : (role.progress[voter]?.match ?? (0 as Index)),
  );
  return { ...next, state: { ...next.state, commit: maxIndex(commit, held) } };
});

/** A follower acknowledges its whole log, including the part that was not compared. */
export const acceptsOwnLog = on("appendEntries", (env, state, event) =>
  withSent(step(env, state, event), (message) =>
    message.type === "appendAccepted"
      ? { ...message, match: maxIndex(message.match, env.log.lastIndex) }
      : message,
  ),
);

/** A follower adopts the leader's commit index up to the end of its own log. */
export const commitsOwnLog = on("appendEntries", (env, state, event, message) => {
  const next = step(env, state, event);
  const commit = maxIndex(next.state.commit, minIndex(message.commit, env.log.lastIndex));
  return { ...next, state: { ...next.state, commit } };
});

/** A follower truncates its log after the received entries, even without a conflict. */
export const cutsWithoutConflict = on("appendEntries", (env, state, event, message) => {
  const next = step(env, state, event);
  const end = indexAfter(message.prevIndex, message.entries.length);
  const keeps = next.effects.every(({ type }) => type !== "appendLog" && type !== "truncateLog");
  if (!keeps || message.term !== next.state.term || env.log.lastIndex <= end) return next;
  if (env.log.termAt(message.prevIndex) !== message.prevTerm) return next;
  const durable = minIndex(next.state.durable, end);
  return {
    state: { ...next.state, durable },
    effects: [{ type: "truncateLog", after: end }, ...next.effects],
  };
});

/** A follower checks only the index of the previous entry, not its term (§5.3). */
export const skipsConsistencyCheck = on("appendEntries", (env, state, event, message) => {
  const prevTerm = env.log.termAt(message.prevIndex) ?? message.prevTerm;
  return step(env, state, { ...event, message: { ...message, prevTerm } });
});

/** A leader counts itself for entries that it has written but not synced. */
export const countsUnsyncedSelf = on("appendAccepted", (env, state, event) =>
  step(env, { ...state, durable: env.log.lastIndex }, event),
);

/** A follower acknowledges one entry more than it received. */
export const acceptsTooMuch = on("appendEntries", (env, state, event, { entries }) =>
  withSent(step(env, state, event), (message) =>
    message.type === "appendAccepted" && entries.length === 0 && message.match > 0
      ? { ...message, match: indexAfter(message.match) }
      : message,
  ),
);

/** A leader treats a rejection as a confirmation that the logs match there. */
export const takesRefusalForMatch = on("appendRejected", (env, state, event, message) => {
  const { term, prevIndex: match, round } = message;
  return step(env, state, { ...event, message: { type: "appendAccepted", term, match, round } });
});

/** A server with a damaged log votes as if it had never had more than what is left of it. */
export const votesDespiteLoss = on("requestVote", (env, state, event) => {
  const { horizon, repair } = state;
  const next = step(env, { ...state, horizon: undefined, repair: undefined }, event);
  return { ...next, state: { ...next.state, horizon, repair } };
});

/** A server gives all that it has after an entry of a term that the lost log had too, not only what both logs have. */
export const givesBeyondAgreement = on("fetchRequest", (env, state, event, message) => {
  const next = step(env, state, event);
  const { log } = env;
  const isShared = message.known.some(({ index, term }) => log.termAt(index) === term);
  const first = indexAfter(message.after.index);
  if (!isShared || log.lastIndex < first) return next;
  const prevTerm = log.termAt(message.after.index);
  const entries = log.slice(first, log.lastIndex, Number.MAX_SAFE_INTEGER);
  return withSent(next, (sent) =>
    sent.type === "fetchReply" ? { ...sent, answer: { type: "entries", prevTerm, entries } } : sent,
  );
});

/** A server with a damaged log takes what the others have, and what it has itself, after a log that another leader began. */
export const joinsWithoutCheck: StepFunction = (env, state, event) => {
  const { repair } = state;
  const last = env.log.lastIndex;
  return step(
    env,
    repair === undefined ? state : { ...state, repair: { ...repair, proven: last } },
    event,
  );
};
