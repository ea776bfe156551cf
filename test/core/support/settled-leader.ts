/** What the tests of memberships begin with. */
import { ON } from "./elections.ts";
import { env, leader, replicating } from "./core.ts";

/** A leader of term 2 that has committed its no-op at 2, with all followers up to date. */
export const setup = env({ ...ON, log: [1, 2] });
export const both = { b: replicating(3), c: replicating(3) };
export const common = { term: 2, commit: 2, durable: 2 };
export const leading = leader({ ...common, progress: both });
