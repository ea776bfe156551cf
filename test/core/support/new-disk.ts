/** A leader, and `b`, which returned with another disk: what the tests of rejoining begin with. */
import { a, b, c, env, from, leader, probe, replicating } from "./core.ts";
import { inForce, rejoin } from "./snapshots.ts";

/** `b` returned with disk 7: a learner that gets its vote back. */
export const learns = {
  voters: [a, c],
  learners: [b],
  promotions: [{ node: b, replaces: undefined }],
  uids: { [b]: 7 },
  lastUid: 7,
};

/** Such a server with its vote. */
export const votesAgain = { voters: [a, c, b], uids: { [b]: 7 }, lastUid: 7 };

/** A leader of term 2 that has committed an entry of its term; `b` has answered with disk 0 until now. */
export const setup = env({ log: [1, 2] });
export const known = { b: replicating(3, { round: 4 }), c: replicating(3, { round: 4 }) };
export const lead = (given: Partial<Parameters<typeof leader>[0]> = {}) =>
  leader({ term: 2, commit: 2, durable: 2, round: 4, progress: known, ...given });

/** The request of the new disk, and the leader after it. */
export const asksAgain = from(b, rejoin(2), { fromUid: 7 });
export const demoted = lead({
  memberships: [inForce(3, learns)],
  progress: { b: probe(3), c: replicating(3, { round: 4 }) },
});
