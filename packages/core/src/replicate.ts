import { assert } from "./assert.ts";
import { send, type Effect } from "./effect.ts";
import type { Entry } from "./entry.ts";
import { INDEX_ZERO, indexAfter, maxIndex, previousIndex, type Index, type NodeId } from "./ids.ts";
import { peersOf, peerOf } from "./in-force.ts";
import type { AppendEntries } from "./message.ts";
import type { Peer } from "./membership.ts";
import {
  hasWindow,
  sendSnapshot,
  type Probe,
  type Progress,
  type Replicate,
  type SendSnapshot,
} from "./progress.ts";
import { copyOfRecord } from "./shape.ts";
import type { Env, Leader, State, Step } from "./state.ts";

/** Heartbeats after which a snapshot chunk counts as lost: time to send, save and answer one. */
const CHUNK_BEATS = 2;

/**
 * Sends every follower what it lacks and may be sent (§5.3): entries up to the window where the logs have met, else one
 * probe to find where they meet. A follower that lacks nothing gets nothing: a new commit index travels with the next
 * entries or heartbeat. Sending it at once would nearly double the messages of a cluster with little load, and clients
 * do not wait for it: the leader answers them.
 *
 * If reads wait for a round that has not begun, it begins now, and every follower is sent something: all reads of a
 * turn share one round (dissertation 6.4).
 */
export function replicate<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader") return { state, effects: [] };
  const asks = role.reads.some(({ round }) => round > role.round);
  const asking = asks ? withRound(state, role) : state;
  return forEachPeer(env, asking, (peer, progress) => {
    const sent = sendWhatIsDue<C>(env, asking, peer, progress);
    if (!asks || sent !== undefined) return sent;
    return { progress, effects: [sendHeartbeat(env, asking, peer, progress)] };
  });
}

/**
 * Begins a round: sends every follower an AppendEntries without entries, which says that the leader is alive (§5.2) and
 * checks whether the logs still meet. This repeats a lost probe, and a follower that missed entries rejects it.
 */
export function announce<C>(env: Env<C>, state: State): Step<C> {
  const { role } = state;
  if (role.type !== "leader") return { state, effects: [] };
  const asking = withRound(state, role);
  return forEachPeer(env, asking, (peer, progress) => {
    if (progress.type === "probe") return sendProbe(env, asking, peer, progress);
    const heartbeat = sendHeartbeat(env, asking, peer, progress);
    if (progress.type === "replicate") return { progress, effects: [heartbeat] };
    const chunk = resendChunk<C>(asking, peer, progress);
    return { progress: chunk.progress, effects: [heartbeat, ...chunk.effects] };
  });
}

/** What was sent to a follower, and its progress afterwards. */
type Sent<C> = { readonly progress: Progress; readonly effects: readonly Effect<C>[] };

function withRound(state: State, role: Leader): State {
  return { ...state, role: { ...role, round: role.round + 1 } };
}

function forEachPeer<C>(
  env: Env<C>,
  state: State,
  sendTo: (peer: Peer, progress: Progress) => Sent<C> | undefined,
): Step<C> {
  const { role } = state;
  assert(role.type === "leader", "only a leader has followers");
  let progress: Record<NodeId, Progress> | undefined;
  const effects: Effect<C>[] = [];
  for (const node of peersOf(env, state)) {
    const before = role.progress[node];
    assert(before !== undefined, () => `the leader has no progress for ${node}`);
    const sent = sendTo(peerOf(env, state, node), before);
    if (sent === undefined) continue;
    effects.push(...sent.effects);
    if (sent.progress === before) continue;
    progress ??= copyOfRecord(role.progress);
    progress[node] = sent.progress;
  }
  if (progress === undefined) return { state, effects };
  return { state: { ...state, role: { ...role, progress } }, effects };
}

function sendWhatIsDue<C>(
  env: Env<C>,
  state: State,
  peer: Peer,
  progress: Progress,
): Sent<C> | undefined {
  switch (progress.type) {
    case "probe":
      return progress.waiting ? undefined : sendProbe(env, state, peer, progress);
    case "replicate":
      return isCompacted(env, progress)
        ? startSnapshot(env, state, peer, progress)
        : sendEntries(env, state, peer, progress);
    case "snapshot":
      return undefined;
    default:
      return progress satisfies never;
  }
}

function sendProbe<C>(env: Env<C>, state: State, peer: Peer, progress: Probe): Sent<C> {
  if (isCompacted(env, progress)) return startSnapshot(env, state, peer, progress);
  return {
    progress: { ...progress, waiting: true },
    effects: [sendEmpty(env, state, peer, progress.next)],
  };
}

/** Whether the entry before `next`, which a message would name as `prevIndex`, is no longer known. */
function isCompacted<C>({ log }: Env<C>, { next }: Progress): boolean {
  return next < log.firstIndex;
}

/** Sends the first chunk of the newest snapshot, and a heartbeat with it, because chunks carry no round. */
function startSnapshot<C>(env: Env<C>, state: State, peer: Peer, progress: Progress): Sent<C> {
  const { snapshot } = state;
  assert(snapshot !== undefined, "the snapshot covers everything that was compacted");
  const sending = sendSnapshot(progress, snapshot);
  const heartbeat = sendHeartbeat(env, state, peer, sending);
  return { progress: sending, effects: [heartbeat, sendChunk(state, peer, sending)] };
}

function resendChunk<C>(state: State, peer: Peer, progress: SendSnapshot): Sent<C> {
  const beats = progress.beats + 1;
  if (beats < CHUNK_BEATS) return { progress: { ...progress, beats }, effects: [] };
  return { progress: { ...progress, beats: 0 }, effects: [sendChunk(state, peer, progress)] };
}

/** The snapshot chunk to send next. */
export function sendChunk<C>(
  { term }: State,
  { node, uid }: Peer,
  { snapshot, offset }: SendSnapshot,
): Effect<C> {
  return { type: "sendChunk", to: node, uid, term, snapshot, offset };
}

function sendEntries<C>(
  env: Env<C>,
  state: State,
  peer: Peer,
  progress: Replicate,
): Sent<C> | undefined {
  let current = progress;
  const effects: Effect<C>[] = [];
  while (current.next <= env.log.lastIndex && mayBeSent(env, current)) {
    const entries = env.log.slice(current.next, env.log.lastIndex, env.config.maxAppendBytes);
    assert(entries.length > 0, "a slice holds at least one entry");
    effects.push(send(peer, appendEntries(env, state, current.next, entries)));
    const next = indexAfter(current.next, entries.length);
    const inflight = [...current.inflight, previousIndex(next)];
    current = { ...current, next, inflight };
  }
  return current === progress ? undefined : { progress: current, effects };
}

function mayBeSent<C>({ config, log }: Env<C>, progress: Progress): boolean {
  if (!hasWindow(config, progress)) return false;
  const after = maxIndex(progress.match, previousIndex(log.firstIndex));
  return log.bytesBetween(after, previousIndex(progress.next)) < config.maxInflightBytes;
}

/**
 * A heartbeat that proves as much as possible: its `prevIndex` is the end of what was sent. If the follower's next
 * entry is compacted, its `prevIndex` is 0, where all logs agree.
 */
function sendHeartbeat<C>(env: Env<C>, state: State, peer: Peer, progress: Progress): Effect<C> {
  const known = progress.type !== "snapshot" && !isCompacted(env, progress);
  return sendEmpty(env, state, peer, known ? progress.next : indexAfter(INDEX_ZERO));
}

function sendEmpty<C>(env: Env<C>, state: State, peer: Peer, next: Index): Effect<C> {
  return send(peer, appendEntries(env, state, next, []));
}

function appendEntries<C>(
  env: Env<C>,
  state: State,
  next: Index,
  entries: readonly Entry<C>[],
): AppendEntries<C> {
  const { role } = state;
  assert(role.type === "leader", "only a leader sends entries");
  const prevIndex = previousIndex(next);
  const prevTerm = env.log.termAt(prevIndex);
  assert(
    prevTerm !== undefined,
    () => `the leader's log lacks the entry at ${prevIndex} that it builds on`,
  );
  return {
    type: "appendEntries",
    term: state.term,
    prevIndex,
    prevTerm,
    entries,
    commit: state.commit,
    round: role.round,
  };
}
