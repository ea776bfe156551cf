import { assert } from "./assert.ts";
import { advanceCommit } from "./commit.ts";
import { resetHeartbeatTimer, type Refusal } from "./effect.ts";
import type { Entry, LogView } from "./entry.ts";
import {
  INDEX_ZERO,
  indexAfter,
  maxIndex,
  minIndex,
  previousIndex,
  type Index,
  type NodeId,
} from "./ids.ts";
import { goOnWithMembership } from "./leader-membership.ts";
import type { AppendAccepted, AppendRejected, ChunkReply } from "./message.ts";
import { accepted, answered, interrupted, rejected, type Progress } from "./progress.ts";
import { confirmedRound, releaseReads } from "./read.ts";
import { announce } from "./replicate.ts";
import {
  andThen,
  leaderOf,
  unchanged,
  type Env,
  type Leader,
  type State,
  type Step,
} from "./state.ts";
import { beatTransfer, tellWhenCaughtUp } from "./transfer.ts";
import { stepDown } from "./transition.ts";

/** A follower holds the log up to `match`: remember it, and see what a majority holds now (§5.3). */
export function onAppendAccepted<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  reply: AppendAccepted,
): Step<C> {
  const known = progressOf(state, from, reply);
  if (known === undefined) return unchanged(state);
  assert(
    reply.match <= env.log.lastIndex,
    () => `${from} cannot hold more of this term's log than its leader`,
  );
  const progress = accepted(answered(known, reply.round), reply.match, env.log.firstIndex);
  const next = withProgress(state, from, progress);
  // What it holds of what is committed anyway moves nothing.
  const moved = progress.match > state.commit ? advanceCommit(env, next) : unchanged<C>(next);
  const released = andThen(moved, (now) => releaseReads(env, now));
  const told = andThen(released, (now) => tellWhenCaughtUp(env, now));
  return andThen(told, (now) => goOnWithMembership(env, now));
}

/** A follower's log parts from ours: go back to where they may meet (end of §5.3). */
export function onAppendRejected<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  reply: AppendRejected,
): Step<C> {
  const known = progressOf(state, from, reply);
  if (known === undefined) return unchanged(state);
  const progress = rejected(known, reply, meetingPoint(env.log, reply));
  return releaseReads(env, withProgress(state, from, progress));
}

/**
 * Heartbeats go out, and the next ones are due one interval from now (§5.2). A leader that no majority has answered for
 * an election timeout of them steps down (dissertation 6.2): its clients turn to whoever leads on the other side of a
 * partition, and it holds off no election.
 */
export function onHeartbeatTimeout<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader") return unchanged(state);
  const check = checkedQuorum(env, state, role);
  if (check === undefined) return stepDown(state, role);
  const checked: Leader = { ...role, check };
  const beaten = beatTransfer(env, { ...state, role: checked }, checked);
  const announced = andThen(beaten, (next) => announce(env, next));
  return { state: announced.state, effects: [resetHeartbeatTimer, ...announced.effects] };
}

/** The check that goes on, or a new one when a majority answered; undefined when it has not for too long. */
function checkedQuorum<C>(env: Env<C>, state: State, role: Leader): Leader["check"] | undefined {
  const { quorumBeats } = env.config;
  if (quorumBeats === 0 || confirmedRound(env, state, role) >= role.check.round)
    return { round: role.round + 1, beats: 0 };
  const beats = role.check.beats + 1;
  return beats >= quorumBeats ? undefined : { round: role.check.round, beats };
}

/** Appends clients' commands to the log (§5.3). Whoever does not lead takes none, and says who may. */
export function onPropose<C>(env: Env<C>, state: State, commands: readonly C[]): Step<C> {
  const refusal = refusalOf(env, state);
  if (refusal !== undefined) {
    const leader = leaderOf(env.config, state);
    return { state, effects: [{ type: "rejectProposal", reason: refusal, leader }] };
  }
  const first = indexAfter(env.log.lastIndex);
  if (commands.length === 0)
    return { state, effects: [{ type: "proposed", first, term: state.term }] };
  const entries = commands.map((command, offset): Entry<C> => ({
    type: "command",
    index: indexAfter(first, offset),
    term: state.term,
    command,
  }));
  return {
    state,
    effects: [
      { type: "appendLog", entries },
      { type: "proposed", first, term: state.term },
    ],
  };
}

/** Another server's process is gone, and what was under way to it is lost. */
export function onFollowerDown<C>(state: State, role: Leader, node: NodeId): Step<C> {
  const progress = role.progress[node];
  if (progress === undefined) return unchanged(state);
  return unchanged(withProgress(state, node, interrupted(progress)));
}

/** Why no commands are taken now. A leader that hands over takes none, or its target would never catch up. */
function refusalOf<C>({ config, log }: Env<C>, { role, commit }: State): Refusal | undefined {
  if (role.type !== "leader") return "notLeader";
  if (role.transfer !== undefined) return "transferring";
  const uncommitted = log.bytesBetween(commit, log.lastIndex);
  return uncommitted >= config.maxUncommittedBytes ? "busy" : undefined;
}

/** The progress of a follower whose reply belongs to this leadership, else nothing. */
export function progressOf(
  state: State,
  from: NodeId,
  reply: AppendAccepted | AppendRejected | ChunkReply,
): Progress | undefined {
  return state.role.type === "leader" && reply.term === state.term
    ? state.role.progress[from]
    : undefined;
}

/** A leader that knows this of a follower. */
export function withProgress(state: State, peer: NodeId, progress: Progress): State {
  const { role } = state;
  assert(role.type === "leader", "only a leader keeps progress");
  if (role.progress[peer] === progress) return state;
  return { ...state, role: { ...role, progress: { ...role.progress, [peer]: progress } } };
}

/**
 * Where to try next, by the follower's hint (end of §5.3): behind our last entry of its conflicting term if we have
 * one (the logs may agree up to there), otherwise at the first entry it has of that term, skipping the whole of it.
 * Always before what was refused, so that each refusal makes progress.
 */
function meetingPoint<C>(log: LogView<C>, reply: AppendRejected): Index {
  const ours = reply.conflictTerm === undefined ? undefined : lastOfTermUpTo(log, reply);
  const hinted = ours === undefined ? reply.conflictIndex : indexAfter(ours);
  const bounded = minIndex(minIndex(hinted, reply.prevIndex), indexAfter(log.lastIndex));
  return maxIndex(bounded, indexAfter(INDEX_ZERO));
}

/** Our last entry of the follower's conflicting term, at or before `prevIndex`; terms never fall along a log. */
function lastOfTermUpTo<C>(log: LogView<C>, reply: AppendRejected): Index | undefined {
  let low = log.firstIndex;
  let high = indexAfter(minIndex(reply.prevIndex, log.lastIndex));
  while (low < high) {
    const middle = indexAfter(low, Math.floor((high - low) / 2));
    const there = log.termAt(middle);
    assert(there !== undefined, "a leader's log has no holes");
    if (reply.conflictTerm !== undefined && there <= reply.conflictTerm) low = indexAfter(middle);
    else high = middle;
  }
  const found = previousIndex(low);
  return log.termAt(found) === reply.conflictTerm ? found : undefined;
}
