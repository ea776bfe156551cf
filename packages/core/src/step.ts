import { refuseStale } from "./accept.ts";
import { onPreVoteReply, onVoteReply } from "./candidate.ts";
import { advanceCommit } from "./commit.ts";
import { onChunkReply, onCompact, onSnapshotGone, onSnapshotTaken } from "./compaction.ts";
import { send } from "./effect.ts";
import type { Event } from "./event.ts";
import { askForEntries, askStranger, onFetchReply, onFetchRequest } from "./fetch.ts";
import { onFetchChunk, onFetchedChunk } from "./fetch-snapshot.ts";
import { onAppendEntries, onLeaderDown, onLeaderSilent } from "./follower.ts";
import { sameHardState } from "./hard-state.ts";
import { maxIndex, type NodeId } from "./ids.ts";
import { mayStand, membershipOf } from "./in-force.ts";
import {
  onAppendAccepted,
  onAppendRejected,
  onFollowerDown,
  onHeartbeatTimeout,
  onPropose,
} from "./leader.ts";
import { onChangeMembership, onRejoin } from "./leader-membership.ts";
import { isMember, uidOf, type Peer } from "./membership.ts";
import type { Message } from "./message.ts";
import { onRead, onReadReply, onReadRequest, releaseReads } from "./read.ts";
import {
  chunkReply,
  onSnapshotBroken,
  onSnapshotChunk,
  onSnapshotReceived,
} from "./receive-snapshot.ts";
import { replicate } from "./replicate.ts";
import { inOneShape } from "./shape.ts";
import { andThen, hardStateOf, unchanged, type Env, type State, type Step } from "./state.ts";
import { onTimeoutNow, onTransfer } from "./transfer.ts";
import { becomeCandidate, becomeFollower, becomePreCandidate } from "./transition.ts";
import { onRequestPreVote, onRequestVote, withholdsVotes } from "./vote.ts";

/**
 * Handles one event and returns the next state and what to do: the whole of Raft as one function.
 *
 * A changed term or vote is saved before any other effect: a server that forgot a promise could vote twice in a term
 * (§5.2). Handlers therefore never save it themselves.
 *
 * @param env the configuration, and the log with all earlier effects applied.
 * @param state the result of the last step, or of `restore` after a start. It is not modified.
 * @param event what happened. Useless messages (late, duplicated, from strangers) are events like any other.
 * @throws AssertionError, and nothing else, when one of the protocol's own claims is broken.
 *
 * @example
 * ```ts
 * import { INITIAL_HARD_STATE, makeConfig, MemoryLog, nodeId, restore, step, term } from "@kontiki/core";
 *
 * const voters = ["a", "b", "c"].map(nodeId);
 * const config = makeConfig({ id: nodeId("a"), voters });
 * const log = new MemoryLog<string>((command) => command.length);
 * const env = { config, log };
 *
 * const follower = restore(INITIAL_HARD_STATE, log);
 * const asked = step(env, follower, { type: "electionTimeout" }).state;
 * console.log(asked.role); // { type: "preCandidate", votes: [ "a" ] }
 *
 * const from = { from: nodeId("b"), fromUid: 0, toUid: 0 };
 * const promise = { type: "preVoteReply", term: term(1), granted: true } as const;
 * const stands = step(env, asked, { type: "message", ...from, message: promise });
 * console.log(stands.effects.map(({ type }) => type).join()); // saveHardState,resetElectionTimer,send,send
 *
 * const vote = { type: "voteReply", term: term(1), granted: true } as const;
 * const elected = step(env, stands.state, { type: "message", ...from, message: vote });
 * console.log(elected.state.role.type); // leader
 * console.log(elected.effects.map(({ type }) => type).join()); // resetHeartbeatTimer,send,send,appendLog
 * ```
 */
export function step<C>(env: Env<C>, state: State, event: Event<C>): Step<C> {
  const { state: changed, effects } = onEvent(env, state, event);
  const next = inOneShape(state, changed);
  if (sameHardState(state, next)) return { state: next, effects };
  return {
    state: next,
    effects: [{ type: "saveHardState", hard: hardStateOf(next) }, ...effects],
  };
}

function onEvent<C>(env: Env<C>, state: State, event: Event<C>): Step<C> {
  switch (event.type) {
    case "message":
      return onMessage(env, state, event);
    case "electionTimeout":
      return onElectionTimeout(env, state);
    case "leaderSilent":
      return onLeaderSilent(state);
    case "heartbeatTimeout":
      return onHeartbeatTimeout(env, state);
    case "propose":
      return onPropose(env, state, event.commands);
    case "read":
      return onRead(env, state, event.id, event.leased);
    case "changeMembership":
      return onChangeMembership(env, state, event.changes);
    case "transfer":
      return onTransfer(env, state, event.target);
    case "peerDown":
      return onPeerDown(env, state, event.node);
    case "replicate":
      return andThen(replicate(env, state), (next) => releaseReads(env, next));
    case "durable": {
      if (env.log.termAt(event.index) !== event.term) return unchanged(state);
      return advanceCommit(env, { ...state, durable: maxIndex(state.durable, event.index) });
    }
    case "snapshotTaken":
      return onSnapshotTaken(env, state, event.snapshot);
    case "snapshotReceived":
      return onSnapshotReceived(env, state, event.snapshot);
    case "snapshotBroken":
      return onSnapshotBroken(env, state, event.snapshot);
    case "snapshotGone":
      return onSnapshotGone(state, event.snapshot);
    case "compact":
      return onCompact(env, state, event.keptEntries);
    default:
      return event satisfies never;
  }
}

/**
 * A server that may not stand waits for another to: a learner, a removed server, or one that lost promised entries. The
 * last of these asks the others for them.
 */
function onElectionTimeout<C>(env: Env<C>, state: State): Step<C> {
  if (state.role.type === "leader") return unchanged(state);
  if (!mayStand(env, state)) return askForEntries(env, state);
  if (env.config.preVote) return becomePreCandidate(env, state);
  return becomeCandidate(env, state, false);
}

function onPeerDown<C>(env: Env<C>, state: State, node: NodeId): Step<C> {
  const { role } = state;
  if (role.type === "leader") return onFollowerDown(state, role, node);
  if (role.type !== "follower" || role.leader !== node) return unchanged(state);
  return onLeaderDown(env, state);
}

type Received<C> = Event<C> & { readonly type: "message" };

/**
 * The rule of terms, once, before any role (§5.1): a newer term, in a request or a reply, turns any server into a
 * follower; a message of an older term changes nothing, and only its sender gets a reply if it asked something.
 *
 * Terms count only where they may: not from or for a replaced disk, not in replies of non-members, not in pre-votes
 * (dissertation 9.6), and not while votes are withheld (dissertation 4.2.3).
 */
function onMessage<C>(env: Env<C>, state: State, event: Received<C>): Step<C> {
  const { from, fromUid, toUid, message } = event;
  const peer = { node: from, uid: fromUid };
  if (from === env.config.id)
    return message.type === "fetchedChunk"
      ? onFetchedChunk(env, state, peer, message)
      : unchanged(state);
  if (toUid !== env.config.uid) return answerForOldDisk(env, state, event);
  const membership = membershipOf(env, state);
  if (message.type === "rejoin")
    return isMember(membership, from) && fromUid > uidOf(membership, from)
      ? onRejoin(env, state, peer)
      : unchanged(state);
  if (isMember(membership, from) && fromUid < uidOf(membership, from)) return unchanged(state);
  if (isAnswer(message) && (!isMember(membership, from) || fromUid !== uidOf(membership, from)))
    return unchanged(state);
  if (asksForVote(message) && withholdsVotes(env, state, from)) return unchanged(state);
  if (message.term <= state.term || isPreVote(message))
    return onCurrentMessage(env, state, peer, message);
  const adopted = becomeFollower(env, state, message.term);
  return andThen(adopted, (next) => onCurrentMessage(env, next, peer, message));
}

/**
 * A message for a disk that this server had before. Its contents are ignored: they may depend on promises that are
 * forgotten. A leader learns that there is a new disk, so that it adds this server to the membership again.
 */
function answerForOldDisk<C>(env: Env<C>, state: State, event: Received<C>): Step<C> {
  const { from, fromUid, toUid, message } = event;
  const fromLeader = message.type === "appendEntries" || message.type === "snapshotChunk";
  if (!fromLeader || toUid > env.config.uid) return unchanged(state);
  const rejoin = { type: "rejoin", term: message.term } as const;
  return { state, effects: [send<C>({ node: from, uid: fromUid }, rejoin)] };
}

/** Messages that count only from members. The others may come from servers that this one has not heard of yet. */
function isAnswer<C>({ type }: Message<C>): boolean {
  switch (type) {
    case "voteReply":
    case "preVoteReply":
    case "appendAccepted":
    case "appendRejected":
    case "chunkReply":
    case "readRequest":
    case "rejoin":
      return true;
    case "requestVote":
    case "requestPreVote":
    case "appendEntries":
    case "snapshotChunk":
    case "timeoutNow":
    case "readReply":
    case "fetchRequest":
    case "fetchReply":
    case "fetchChunk":
    case "fetchedChunk":
      return false;
    default:
      return type satisfies never;
  }
}

function asksForVote<C>(message: Message<C>): boolean {
  if (message.type === "requestVote") return !message.transfer;
  return message.type === "requestPreVote";
}

/** Whether its term belongs to an election that is only proposed: no server has begun that term. */
function isPreVote<C>(message: Message<C>): boolean {
  if (message.type === "requestPreVote") return true;
  return message.type === "preVoteReply" && message.granted;
}

function onCurrentMessage<C>(env: Env<C>, state: State, from: Peer, message: Message<C>): Step<C> {
  const isStale = message.term < state.term;
  switch (message.type) {
    case "requestVote":
      return andThen(onRequestVote(env, state, from, message), (next) =>
        askStranger(env, next, from),
      );
    case "voteReply":
      return onVoteReply(env, state, from.node, message);
    case "requestPreVote":
      return andThen(onRequestPreVote(env, state, from, message), (next) =>
        askStranger(env, next, from),
      );
    case "preVoteReply":
      return onPreVoteReply(env, state, from.node, message);
    case "appendEntries":
      if (!isStale) return onAppendEntries(env, state, from, message);
      return { state, effects: [send<C>(from, refuseStale(state, env.log, message))] };
    case "appendAccepted":
      return onAppendAccepted(env, state, from.node, message);
    case "appendRejected":
      return onAppendRejected(env, state, from.node, message);
    case "snapshotChunk":
      if (!isStale) return onSnapshotChunk(env, state, from, message);
      return { state, effects: [send<C>(from, chunkReply(state, message.snapshot, 0))] };
    case "chunkReply":
      return onChunkReply(env, state, from.node, message);
    case "timeoutNow":
      return isStale ? unchanged(state) : onTimeoutNow(env, state, from.node);
    case "readRequest":
      return onReadRequest(env, state, from, message);
    case "readReply":
      return onReadReply(state, message);
    case "rejoin":
      return unchanged(state);
    case "fetchRequest":
      return andThen(onFetchRequest(env, state, from, message), (next) =>
        askStranger(env, next, from),
      );
    case "fetchReply":
      return onFetchReply(env, state, from, message);
    case "fetchChunk":
      return onFetchChunk(state, from, message);
    case "fetchedChunk":
      return onFetchedChunk(env, state, from, message);
    default:
      return message satisfies never;
  }
}
