/** A leader of term 1 with all of its log committed, which transfers its leadership. */
import type { Transfer } from "@kontiki/core";
import { ON } from "./elections.ts";
import { b, c, env, leader, replicating } from "./core.ts";

/** `b` has the whole log, and `c` lacks an entry. */
export const setup = env({ ...ON, log: [1, 1] });
export const progress = {
  b: replicating(3, { round: 9 }),
  c: replicating(3, { match: 1, round: 9 }),
};
export const common = { term: 1, commit: 2, durable: 2, round: 9, check: { round: 10, beats: 0 } };
export const leading = leader({ ...common, progress });

/** The leader in a transfer; by default, it has told `b` to stand. */
export const handing = (given: Partial<Transfer> = {}) => {
  const transfer = { target: b, beats: 0, told: true, ...given };
  return leader({ ...common, progress, transfer, leaseGivenUp: transfer.told });
};

/** The leader in a transfer to `c`, which lacks an entry. */
export const waiting = handing({ target: c, told: false });
