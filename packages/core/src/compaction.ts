import { assert } from "./assert.ts";
import { indexAfter, type NodeId } from "./ids.ts";
import { progressOf, withProgress } from "./leader.ts";
import type { ChunkReply } from "./message.ts";
import { peerOf } from "./in-force.ts";
import { interrupted } from "./progress.ts";
import { sendChunk } from "./replicate.ts";
import { sameSnapshot, type Snapshot } from "./snapshot.ts";
import { unchanged, type Env, type State, type Step } from "./state.ts";

/**
 * A snapshot of this server's own state is durable: the log up to it is dropped, but for the last entries, which a
 * follower that is a little behind gets faster than a snapshot (§7, dissertation 5.1.2).
 */
export function onSnapshotTaken<C>(env: Env<C>, state: State, snapshot: Snapshot): Step<C> {
  assert(snapshot.index <= state.commit, "only what is committed is applied, and so in a snapshot");
  if (snapshot.index <= (state.snapshot?.index ?? 0)) return unchanged(state);
  return onCompact(env, { ...state, snapshot }, env.config.keptEntries);
}

/** Drops the log up to `keptEntries` before the snapshot, as far as it is not dropped yet. */
export function onCompact<C>({ log }: Env<C>, state: State, keptEntries: number): Step<C> {
  assert(
    Number.isSafeInteger(keptEntries) && keptEntries >= 0,
    () => `keptEntries is a whole number from 0, not ${keptEntries}`,
  );
  const upTo = (state.snapshot?.index ?? 0) - keptEntries;
  if (upTo < log.firstIndex) return unchanged(state);
  return {
    state,
    effects: [{ type: "compactLog", upTo: indexAfter(log.firstIndex, upTo - log.firstIndex) }],
  };
}

/**
 * A follower has so much of the snapshot: the next part goes out. An answer that came twice sends nothing, or each part
 * would be under way twice from then on.
 */
export function onChunkReply<C>(
  env: Env<C>,
  state: State,
  from: NodeId,
  reply: ChunkReply,
): Step<C> {
  const progress = progressOf(state, from, reply);
  if (progress?.type !== "snapshot") return unchanged(state);
  const { snapshot, offset } = progress;
  if (snapshot.index !== reply.index || snapshot.checksum !== reply.checksum)
    return unchanged(state);
  if (reply.received === offset || reply.received >= snapshot.size) return unchanged(state);
  const next = { ...progress, offset: reply.received, beats: 0 };
  return {
    state: withProgress(state, from, next),
    effects: [sendChunk(state, peerOf(env, state, from), next)],
  };
}

/**
 * A snapshot that was being sent is there no more: whoever was getting it gets a newer one. While there is none, it is
 * asked for again with the heartbeats, and not as fast as it cannot be read.
 */
export function onSnapshotGone<C>(state: State, gone: Snapshot): Step<C> {
  const { role, snapshot } = state;
  const isNewest = snapshot !== undefined && sameSnapshot(snapshot, gone);
  if (role.type !== "leader" || isNewest) return unchanged(state);
  const entries = Object.entries(role.progress).map(([node, progress]) => {
    const lost = progress.type === "snapshot" && sameSnapshot(progress.snapshot, gone);
    return [node, lost ? interrupted(progress) : progress] as const;
  });
  return unchanged({ ...state, role: { ...role, progress: Object.fromEntries(entries) } });
}
