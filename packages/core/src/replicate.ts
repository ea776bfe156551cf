import { assert } from "./assert.ts";
import { peers } from "./config.ts";
import { send, type Effect } from "./effect.ts";
import type { Entry } from "./entry.ts";
import { indexAfter, previousIndex, type Index, type NodeId } from "./ids.ts";
import type { AppendEntries } from "./message.ts";
import { hasWindow, type Progress } from "./progress.ts";
import type { Env, State, Step } from "./state.ts";

/**
 * Sends every follower what it lacks, as far as it may be sent (§5.3): to one where the logs have met, entries up
 * to the window; to the others one question where they meet. Says nothing to a follower that lacks nothing: a new
 * commit index travels with the next entries or heartbeat. To tell it at once would nearly double the messages of a
 * cluster that is not busy, and nobody waits for it: clients are answered by the leader.
 */
export function replicate<C>(env: Env<C>, state: State): Step<C> {
  return forEachPeer(env, state, (peer, progress) => {
    if (progress.type === "replicate") return sendEntries(env, state, peer, progress);
    return progress.waiting ? { progress, effects: [] } : sendProbe(env, state, peer, progress);
  });
}

/**
 * Sends every follower an AppendEntries without entries: that the leader lives (§5.2), and whether the logs still
 * meet. A question that was lost is thereby asked again, and lost entries are noticed by the follower's refusal.
 */
export function announce<C>(env: Env<C>, state: State): Step<C> {
  return forEachPeer(env, state, (peer, progress) =>
    progress.type === "probe"
      ? sendProbe(env, state, peer, progress)
      : {
          progress,
          effects: [sendEmpty(env, state, peer, progress.next)],
        },
  );
}

type Sent<C> = { readonly progress: Progress; readonly effects: readonly Effect<C>[] };

function forEachPeer<C>(
  env: Env<C>,
  state: State,
  sendTo: (peer: NodeId, progress: Progress) => Sent<C>,
): Step<C> {
  const { role } = state;
  if (role.type !== "leader") return { state, effects: [] };
  const progress: Record<NodeId, Progress> = {};
  const effects: Effect<C>[] = [];
  let changed = false;
  for (const peer of peers(env.config)) {
    const before = role.progress[peer];
    assert(before !== undefined, `a leader keeps the progress of each peer, and so of ${peer}`);
    const sent = sendTo(peer, before);
    progress[peer] = sent.progress;
    changed ||= sent.progress !== before;
    effects.push(...sent.effects);
  }
  return { state: changed ? { ...state, role: { type: "leader", progress } } : state, effects };
}

function sendProbe<C>(
  env: Env<C>,
  state: State,
  peer: NodeId,
  progress: Progress & { readonly type: "probe" },
): Sent<C> {
  return {
    progress: { ...progress, waiting: true },
    effects: [sendEmpty(env, state, peer, progress.next)],
  };
}

function sendEntries<C>(
  env: Env<C>,
  state: State,
  peer: NodeId,
  progress: Progress & { readonly type: "replicate" },
): Sent<C> {
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
  return { progress: current, effects };
}

function mayBeSent<C>({ config, log }: Env<C>, progress: Progress): boolean {
  if (!hasWindow(config, progress)) return false;
  return log.bytesBetween(progress.match, previousIndex(progress.next)) < config.maxInflightBytes;
}

function sendEmpty<C>(env: Env<C>, state: State, peer: NodeId, next: Index): Effect<C> {
  return send(peer, appendEntries(env, state, next, []));
}

function appendEntries<C>(
  env: Env<C>,
  state: State,
  next: Index,
  entries: readonly Entry<C>[],
): AppendEntries<C> {
  const prevIndex = previousIndex(next);
  const prevTerm = env.log.termAt(prevIndex);
  assert(
    prevTerm !== undefined,
    `the leader's log holds the entry at ${prevIndex} that it builds on`,
  );
  return {
    type: "appendEntries",
    term: state.term,
    prevIndex,
    prevTerm,
    entries,
    commit: state.commit,
  };
}
