/** A leader that is asked to read, and the reads that wait at it. */
import { index, type NodeId, type PendingRead } from "@kontiki/core";
import { ON } from "./elections.ts";
import { env, leader, replicating } from "./core.ts";

/** A read that waits for a round; by default, one of the leader itself, at its commit index. */
export const pending = (
  id: number,
  round: number,
  given: { readonly at?: number; readonly asker?: NodeId } = {},
): PendingRead => {
  const { at = 2, asker } = given;
  const by = asker === undefined ? undefined : { node: asker, uid: 0 };
  return { from: by, id, index: index(at), round };
};

/** A leader of term 2 that has committed an entry of it, and whose round 4 only `b` has answered. */
export const setup = env({ ...ON, log: [1, 2] });
export const progress = { b: replicating(3, { round: 4 }), c: replicating(3, { round: 3 }) };
export const common = { term: 2, commit: 2, durable: 2, round: 4, check: { round: 5, beats: 0 } };
export const leading = leader({ ...common, progress });
