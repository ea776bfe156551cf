/** The core with one rule broken whose violation may do no harm in the step in which it happens. */
import {
  nextTerm,
  step,
  type Effect,
  type Leader,
  type Progress,
  type State,
  type Step,
} from "@kontiki/core";
import type { StepFunction } from "@kontiki/testing";
import { on, withSent } from "./broken-steps.ts";

/** A server takes newer terms from requests only (§5.1). */
export const ignoresTermsOfAnswers = on("voteReply", (env, state, event, message) =>
  message.term > state.term ? { state, effects: [] } : step(env, state, event),
);

/** A server that will not vote is silent (Figure 2). */
export const keepsRefusalsToItself: StepFunction = (env, state, event) =>
  withEffects(step(env, state, event), (effect) => {
    const isRefusal =
      effect.type === "send" && effect.message.type === "voteReply" && !effect.message.granted;
    return isRefusal ? [] : [effect];
  });

/** A server refuses every request for a promise of its vote (dissertation 9.6). */
export const promisesNothing = on("requestPreVote", (env, state, event) =>
  withSent(step(env, state, event), (message) =>
    message.type === "preVoteReply" ? { ...message, term: state.term, granted: false } : message,
  ),
);

/** A server counts a refused promise as a promise (dissertation 9.6). */
export const countsRefusedPromises = on("preVoteReply", (env, state, event) => {
  if (state.role.type !== "preCandidate") return step(env, state, event);
  const term = nextTerm(state.term);
  return step(env, state, { ...event, message: { type: "preVoteReply", term, granted: true } });
});

/** A newer term ends the time for which a vote is withheld, although leases depend on it (dissertation 6.4.1). */
export const forgetsItsLeaderWithTheTerm: StepFunction = (env, state, event) =>
  event.type === "message"
    ? step(
        { ...env, config: { ...env.config, leases: event.message.term <= state.term } },
        state,
        event,
      )
    : step(env, state, event);

/** A server that refuses its vote waits for another election timeout (§5.2). */
export const waitsForCandidatesThatItRefuses = on("requestVote", (env, state, event) => {
  const next = step(env, state, event);
  return { ...next, effects: [{ type: "resetElectionTimer" }, ...next.effects] };
});

/** A follower does not wait for a leader that it hears (§5.2). */
export const standsAlthoughItHearsItsLeader = on("appendEntries", (env, state, event) =>
  withEffects(step(env, state, event), (effect) =>
    effect.type === "resetElectionTimer" ? [] : [effect],
  ),
);

/** A leader learns of commits, and decides none (§5.3). */
export const neverCommits: StepFunction = (env, state, event) => {
  const next = step(env, state, event);
  if (next.state.role.type !== "leader") return next;
  return withEffects({ ...next, state: { ...next.state, commit: state.commit } }, (effect) =>
    effect.type === "commit" ? [] : [effect],
  );
};

/** A leader answers all its reads when any follower answers (dissertation 6.4). */
export const answersReadsByOneAnswer = on("appendAccepted", (env, state, event) => {
  const next = step(env, state, event);
  const { role } = next.state;
  if (role.type !== "leader") return next;
  const answers = role.reads.map(({ id, index }) => ({ type: "readReady", id, index }) as const);
  const answered: State = { ...next.state, role: { ...role, reads: [] } };
  return { state: answered, effects: [...next.effects, ...answers] };
});

/** Any answer of a follower is an answer to the last round (dissertation 6.4). */
export const takesAnswersForLaterOnes = on("appendAccepted", (env, state, event, message) => {
  const round = state.role.type === "leader" ? state.role.round : message.round;
  return step(env, state, { ...event, message: { ...message, round } });
});

/** A server answers the round of a leader of an older term (dissertation 6.4). */
export const answersRoundsOfOldTerms = on("appendEntries", (env, state, event, { round }) =>
  withSent(step(env, state, event), (message) =>
    message.type === "appendRejected" ? { ...message, round } : message,
  ),
);

/** A leader has its lease again when a transfer has failed (dissertation 6.4.1). */
export const takesItsLeaseBack: StepFunction = (env, state, event) =>
  withLeader(step(env, state, event), (role) =>
    role.transfer === undefined ? { ...role, leaseGivenUp: false } : role,
  );

/** A leader counts its heartbeats from the last answer of any follower (dissertation 6.2). */
export const checksItsQuorumByOne = on("appendAccepted", (env, state, event) =>
  withLeader(step(env, state, event), (role) => ({
    ...role,
    check: { round: role.round + 1, beats: 0 },
  })),
);

/** A leader that hands over asks its target to stand at once (dissertation 3.10). */
export const asksAServerThatLacksEntries: StepFunction = (env, state, event) => {
  const { role } = state;
  if (event.type !== "transfer" || role.type !== "leader") return step(env, state, event);
  const whole = Object.entries(role.progress).map(([node, progress]): [string, Progress] => [
    node,
    { ...progress, match: env.log.lastIndex },
  ]);
  const asked = step(
    env,
    { ...state, role: { ...role, progress: Object.fromEntries(whole) } },
    event,
  );
  return withLeader(asked, (now) => ({ ...now, progress: role.progress }));
};

/** A server that its leader asked to stand does not say so (dissertation 4.2.3). */
export const hidesThatItWasAsked = on("timeoutNow", (env, state, event) =>
  withSent(step(env, state, event), (message) =>
    message.type === "requestVote" ? { ...message, transfer: false } : message,
  ),
);

/** A leader waits for the target of a transfer without an end (dissertation 3.10). */
export const waitsForItsTarget: StepFunction = (env, state, event) => {
  const { role } = state;
  if (event.type !== "heartbeatTimeout" || role.type !== "leader" || role.transfer === undefined)
    return step(env, state, event);
  const { transfer } = role;
  const next = step(env, { ...state, role: { ...role, transfer: undefined } }, event);
  return withLeader(next, (now) => ({ ...now, transfer }));
};

function withLeader<C>({ state, effects }: Step<C>, change: (role: Leader) => Leader): Step<C> {
  const { role } = state;
  return { state: role.type === "leader" ? { ...state, role: change(role) } : state, effects };
}

function withEffects<C>(
  { state, effects }: Step<C>,
  change: (effect: Effect<C>) => readonly Effect<C>[],
): Step<C> {
  return { state, effects: effects.flatMap(change) };
}
