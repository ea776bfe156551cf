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
 * Compacts the log after a snapshot of this server's own state became durable. The last `keptEntries` entries stay: a
 * follower that is slightly behind gets entries faster than a snapshot (§7, dissertation 5.1.2).
 */
export function onSnapshotTaken<C>(env: Env<C>, state: State, snapshot: Snapshot): Step<C> {
  assert(
    snapshot.index <= state.commit,
    "a snapshot covers only applied entries, and only committed entries are applied",
  );
  if (snapshot.index <= (state.snapshot?.index ?? 0)) return unchanged(state);
  return onCompact(env, { ...state, snapshot }, env.config.keptEntries);
}

/** Compacts the log up to `keptEntries` entries before the snapshot, unless that part is already compacted. */
export function onCompact<C>({ log }: Env<C>, state: State, keptEntries: number): Step<C> {
  assert(
    Number.isSafeInteger(keptEntries) && keptEntries >= 0,
    () => `keptEntries is an integer of 0 or more, not ${keptEntries}`,
  );
  const upTo = (state.snapshot?.index ?? 0) - keptEntries;
  if (upTo < log.firstIndex) return unchanged(state);
  return {
    state,
    effects: [{ type: "compactLog", upTo: indexAfter(log.firstIndex, upTo - log.firstIndex) }],
  };
}

/**
 * A follower reports how many bytes of the snapshot it has: the next chunk is sent. A duplicate reply sends nothing;
 * otherwise every later chunk would be sent twice.
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
 * A snapshot that was being sent can no longer be read: its receivers get the newest one instead. If that was the
 * newest, the chunk is requested again only with the heartbeats, so that failing reads are not retried in a tight loop.
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
