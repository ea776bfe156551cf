import { assert } from "./assert.ts";
import { advanceCommit } from "./commit.ts";
import { resetHeartbeatTimer } from "./effect.ts";
import type { Entry, LogView } from "./entry.ts";
import { indexAfter, maxIndex, minIndex, previousIndex, type Index, type NodeId } from "./ids.ts";
import type { AppendAccepted, AppendRejected } from "./message.ts";
import { accepted, rejected, type Progress } from "./progress.ts";
import { announce } from "./replicate.ts";
import { leaderOf, unchanged, type Env, type State, type Step } from "./state.ts";

/** A follower holds the log up to `match`: remember it, and see what a majority holds now (§5.3). */
export function onAppendAccepted<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  reply: AppendAccepted,
): Step<C> {
  const progress = progressOf(state, from, reply);
  if (progress === undefined) return unchanged(state);
  assert(
    reply.match <= env.log.lastIndex,
    `${from} cannot hold more of this term's log than its leader`,
  );
  return advanceCommit(env, withProgress(state, from, accepted(progress, reply.match)));
}

/** A follower's log parts from ours: go back to where they may meet (end of §5.3). */
export function onAppendRejected<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  reply: AppendRejected,
): Step<C> {
  const progress = progressOf(state, from, reply);
  if (progress === undefined) return unchanged(state);
  const back = rejected(progress, reply.prevIndex, meetingPoint(env.log, reply));
  return unchanged(back === undefined ? state : withProgress(state, from, back));
}

/** Heartbeats go out, and the next ones are due one interval from now (§5.2). */
export function onHeartbeatTimeout<C>(env: Env<C>, state: State): Step<C> {
  if (state.role.type !== "leader") return unchanged(state);
  const announced = announce(env, state);
  return { state: announced.state, effects: [resetHeartbeatTimer, ...announced.effects] };
}

/** Appends clients' commands to the log (§5.3). Whoever does not lead takes none, and says who may. */
export function onPropose<C>(env: Env<C>, state: State, commands: readonly C[]): Step<C> {
  if (state.role.type !== "leader") {
    return { state, effects: [{ type: "rejectProposal", leader: leaderOf(env.config, state) }] };
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

/** The progress of a follower whose reply belongs to this leadership, else nothing. */
function progressOf(
  state: State,
  from: NodeId,
  reply: AppendAccepted | AppendRejected,
): Progress | undefined {
  return state.role.type === "leader" && reply.term === state.term
    ? state.role.progress[from]
    : undefined;
}

function withProgress(state: State, peer: NodeId, progress: Progress): State {
  assert(state.role.type === "leader", "only a leader keeps progress");
  return {
    ...state,
    role: { type: "leader", progress: { ...state.role.progress, [peer]: progress } },
  };
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
  return maxIndex(bounded, log.firstIndex);
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
  if (low <= log.firstIndex) return undefined;
  const found = previousIndex(low);
  return log.termAt(found) === reply.conflictTerm ? found : undefined;
}
