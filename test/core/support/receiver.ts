/** A server that receives a snapshot. */
import type { Snapshot, State } from "@kontiki/core";
import { b, env, follower, send } from "./core.ts";
import { chunkReply, receiving, snapshot } from "./snapshots.ts";

/** Three chunks of ten bytes, for a server whose log is [1, 1, 1]. */
export const theirs = snapshot([10, 2]);
export const setup = env({ log: [1, 1, 1] });

/** A follower of `b` in term 3 that has received this much of a snapshot, or none. */
export function gets(
  received?: number,
  of: Snapshot = theirs,
  given: { commit?: number } = {},
): State {
  const coming = received === undefined ? undefined : receiving(of, received);
  return follower({ term: 3, leader: b, commit: 1, durable: 3, receiving: coming, ...given });
}

/** The answer to a chunk: how much of the snapshot is saved. */
export const saved = (received: number, of: Snapshot = theirs) =>
  send(b, chunkReply(3, of, received));
