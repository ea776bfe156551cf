import { advanceCommit } from "./commit.ts";
import { onVoteReply } from "./candidate.ts";
import { refuseStale } from "./accept.ts";
import { send } from "./effect.ts";
import type { Event } from "./event.ts";
import { onAppendEntries } from "./follower.ts";
import { sameHardState } from "./hard-state.ts";
import { maxIndex, type NodeId } from "./ids.ts";
import { onAppendAccepted, onAppendRejected, onHeartbeatTimeout, onPropose } from "./leader.ts";
import type { Message } from "./message.ts";
import { replicate } from "./replicate.ts";
import { hardStateOf, unchanged, type Env, type State, type Step } from "./state.ts";
import { becomeCandidate, becomeFollower } from "./transition.ts";
import { onRequestVote } from "./vote.ts";

/**
 * Handles one event and says what to do about it: the whole of Raft as a function.
 *
 * A changed term or vote is saved before any other effect: a server that forgot what it had promised could vote
 * twice in a term (§5.2). Handlers therefore never save it themselves.
 *
 * @param env the configuration, and the log with all earlier effects done to it.
 * @param state what the last step gave, or `restore` after a start. It is not changed.
 * @param event what happened. Useless messages (old, of strangers, twice) are events like any other.
 * @throws AssertionError, and nothing else, when a claim of the protocol about itself is broken.
 *
 * @example
 * ```ts
 * import { INITIAL_HARD_STATE, makeConfig, MemoryLog, nodeId, restore, step } from "@kontiki/core";
 *
 * const voters = ["a", "b", "c"].map(nodeId);
 * const config = makeConfig({ id: nodeId("a"), voters });
 * const log = new MemoryLog<string>((command) => command.length);
 * const env = { config, log };
 *
 * const asked = step(env, restore(INITIAL_HARD_STATE, log), { type: "electionTimeout" });
 * console.log(asked.state.role); // { type: "candidate", votes: [ "a" ] }
 * console.log(asked.effects.map(({ type }) => type).join()); // saveHardState,resetElectionTimer,send,send
 *
 * const message = { type: "voteReply", term: asked.state.term, granted: true } as const;
 * const elected = step(env, asked.state, { type: "message", from: nodeId("b"), message });
 * console.log(elected.state.role.type); // leader
 * console.log(elected.effects.map(({ type }) => type).join()); // resetHeartbeatTimer,send,send,appendLog
 * ```
 */
export function step<C>(env: Env<C>, state: State, event: Event<C>): Step<C> {
  const next = onEvent(env, state, event);
  if (sameHardState(state, next.state)) return next;
  return {
    state: next.state,
    effects: [{ type: "saveHardState", hard: hardStateOf(next.state) }, ...next.effects],
  };
}

function onEvent<C>(env: Env<C>, state: State, event: Event<C>): Step<C> {
  switch (event.type) {
    case "message":
      return onMessage(env, state, event.from, event.message);
    case "electionTimeout":
      return state.role.type === "leader" ? unchanged(state) : becomeCandidate(env, state);
    case "heartbeatTimeout":
      return onHeartbeatTimeout(env, state);
    case "propose":
      return onPropose(env, state, event.commands);
    case "replicate":
      return replicate(env, state);
    case "durable": {
      if (env.log.termAt(event.index) !== event.term) return unchanged(state);
      return advanceCommit(env, { ...state, durable: maxIndex(state.durable, event.index) });
    }
    default:
      return event satisfies never;
  }
}

/**
 * The rule of terms, once, before any role (§5.1): a newer term makes a follower of whoever hears it, in a request
 * and in a reply alike; a message of an older term changes nothing. Its sender is told, if it asked something.
 */
function onMessage<C>(env: Env<C>, state: State, from: NodeId, message: Message<C>): Step<C> {
  if (from === env.config.id || !env.config.voters.includes(from)) return unchanged(state);
  if (message.term <= state.term) return onCurrentMessage(env, state, from, message);
  const adopted = becomeFollower<C>(state, message.term);
  const handled = onCurrentMessage(env, adopted.state, from, message);
  return { state: handled.state, effects: [...adopted.effects, ...handled.effects] };
}

function onCurrentMessage<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  message: Message<C>,
): Step<C> {
  switch (message.type) {
    case "requestVote":
      return onRequestVote(env, state, from, message);
    case "voteReply":
      return onVoteReply(env, state, from, message);
    case "appendEntries":
      if (message.term === state.term) return onAppendEntries(env, state, from, message);
      return { state, effects: [send<C>(from, refuseStale(state, env.log, message))] };
    case "appendAccepted":
      return onAppendAccepted(env, state, from, message);
    case "appendRejected":
      return onAppendRejected(env, state, from, message);
    default:
      return message satisfies never;
  }
}
