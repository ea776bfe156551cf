import {} from "./moment.ts";
import { onEvent, type StepPoint } from "./point.ts";

/**
 * Situations that only a driver can meet that handles events while its disk syncs, as an exploration does. A node ends
 * each turn with its sync, so no run of a campaign meets them, and none looks for them.
 */
export const LATE_SYNC: readonly StepPoint[] = [
  onEvent(
    "durable",
    "replication.ownSync",
    "10.2.1",
    "A leader's own disk was the one that completed a majority of several.",
    (moment) =>
      moment.after.role.type === "leader" &&
      moment.after.commit > moment.before.commit &&
      moment.inForce.voters.length > 1,
  ),
  onEvent(
    "durable",
    "replication.rewrittenDurable",
    "§5.4.2",
    "A write became durable for an index that was rewritten since.",
    ({ env }, { index, term }) => env.log.termAt(index) !== term,
  ),
  onEvent(
    "durable",
    "replication.partlyDurable",
    "10.2.1",
    "A write became durable after the log had grown further.",
    ({ env }, { index, term }) => index < env.log.lastIndex && env.log.termAt(index) === term,
  ),
];
