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
import { continueMembershipChange } from "./leader-membership.ts";
import type { AppendAccepted, AppendRejected, ChunkReply } from "./message.ts";
import { accepted, answered, interrupted, rejected, type Progress } from "./progress.ts";
import { confirmedRound, releaseReads } from "./read.ts";
import { announce } from "./replicate.ts";
import { copyOfRecord } from "./shape.ts";
import {
  andThen,
  leaderOf,
  unchanged,
  type Env,
  type Leader,
  type State,
  type Step,
} from "./state.ts";
import { beatTransfer, promptWhenCaughtUp } from "./transfer.ts";
import { stepDown } from "./transition.ts";

/** A follower holds the log up to `match`: record it, and check what a majority holds now (§5.3). */
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
  // Holding entries that are already committed cannot move the commit index.
  const moved = progress.match > state.commit ? advanceCommit(env, next) : unchanged<C>(next);
  const released = andThen(moved, (now) => releaseReads(env, now));
  const told = andThen(released, (now) => promptWhenCaughtUp(env, now));
  return andThen(told, (now) => continueMembershipChange(env, now));
}

/** A follower's log diverges from this leader's: go back to where they may meet (end of §5.3). */
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
 * Sends heartbeats, and starts the next heartbeat interval (§5.2). A leader that no majority has answered for an
 * election timeout of heartbeats steps down (dissertation 6.2): its clients turn to the leader on the other side of a
 * partition, and it stops preventing elections.
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

/** The current check, or a new one once a majority has answered; undefined when none has answered for too long. */
function checkedQuorum<C>(env: Env<C>, state: State, role: Leader): Leader["check"] | undefined {
  const { quorumBeats } = env.config;
  if (quorumBeats === 0 || confirmedRound(env, state, role) >= role.check.round)
    return { round: role.round + 1, beats: 0 };
  const beats = role.check.beats + 1;
  return beats >= quorumBeats ? undefined : { round: role.check.round, beats };
}

/** Appends clients' commands to the log (§5.3). A non-leader rejects them and names the leader if it knows one. */
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

/** Another server's process is gone: messages on their way to it are lost. */
export function onFollowerDown<C>(state: State, role: Leader, node: NodeId): Step<C> {
  const progress = role.progress[node];
  if (progress === undefined) return unchanged(state);
  return unchanged(withProgress(state, node, interrupted(progress)));
}

/** Why no commands are accepted now. A leader that hands over accepts none: its target would never catch up. */
function refusalOf<C>({ config, log }: Env<C>, { role, commit }: State): Refusal | undefined {
  if (role.type !== "leader") return "notLeader";
  if (role.transfer !== undefined) return "transferring";
  const uncommitted = log.bytesBetween(commit, log.lastIndex);
  return uncommitted >= config.maxUncommittedBytes ? "busy" : undefined;
}

/** The progress of a follower whose reply belongs to this leader's term; undefined otherwise. */
export function progressOf(
  state: State,
  from: NodeId,
  reply: AppendAccepted | AppendRejected | ChunkReply,
): Progress | undefined {
  return state.role.type === "leader" && reply.term === state.term
    ? state.role.progress[from]
    : undefined;
}

/** The state with new progress of one follower. */
export function withProgress(state: State, peer: NodeId, progress: Progress): State {
  const { role } = state;
  assert(role.type === "leader", "only a leader keeps progress");
  if (role.progress[peer] === progress) return state;
  const all = copyOfRecord(role.progress);
  all[peer] = progress;
  return { ...state, role: { ...role, progress: all } };
}

/**
 * Where to try next, by the follower's hint (end of §5.3): after our last entry of its conflicting term if we have one
 * (the logs may agree up to there), otherwise at its first entry of that term, skipping the whole term. Always before
 * what was rejected, so that each rejection makes progress.
 */
function meetingPoint<C>(log: LogView<C>, reply: AppendRejected): Index {
  const ours = reply.conflictTerm === undefined ? undefined : lastOfTermUpTo(log, reply);
  const hinted = ours === undefined ? reply.conflictIndex : indexAfter(ours);
  const bounded = minIndex(minIndex(hinted, reply.prevIndex), indexAfter(log.lastIndex));
  return maxIndex(bounded, indexAfter(INDEX_ZERO));
}

/** Our last entry of the follower's conflicting term, at or before `prevIndex`; terms never decrease along a log. */
function lastOfTermUpTo<C>(log: LogView<C>, reply: AppendRejected): Index | undefined {
  let low = log.firstIndex;
  let high = indexAfter(minIndex(reply.prevIndex, log.lastIndex));
  while (low < high) {
    const middle = indexAfter(low, Math.floor((high - low) / 2));
    const there = log.termAt(middle);
    assert(there !== undefined, "a leader's log has no gaps");
    if (reply.conflictTerm !== undefined && there <= reply.conflictTerm) low = indexAfter(middle);
    else high = middle;
  }
  const found = previousIndex(low);
  return log.termAt(found) === reply.conflictTerm ? found : undefined;
}
