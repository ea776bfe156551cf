import { CLIENTS } from "./clients.ts";
import { COMMITMENT } from "./commitment.ts";
import { DAMAGE } from "./damage.ts";
import { EARLIER_LEADS } from "./earlier-leads.ts";
import { ELECTIONS } from "./elections.ts";
import { JOINT } from "./joint.ts";
import { MEMBERSHIP } from "./membership.ts";
import type { Described, StepPoint } from "./point.ts";
import { READS } from "./reads.ts";
import { REPLICATION } from "./replication.ts";
import type { RunPoints } from "./run-point.ts";
import { SNAPSHOTS } from "./snapshots.ts";
import { STORAGE } from "./storage.ts";
import { TIMERS } from "./timers.ts";
import { TRANSFER } from "./transfer.ts";
import { TURNS } from "./turns.ts";

/** The situations within one step of a core. */
export const STEP_POINTS: readonly StepPoint[] = [
  ...ELECTIONS,
  ...REPLICATION,
  ...COMMITMENT,
  ...JOINT,
  ...MEMBERSHIP,
  ...READS,
  ...TRANSFER,
  ...SNAPSHOTS,
  ...DAMAGE,
  ...TIMERS,
];

/** The situations of a run. */
export const RUN_POINTS: readonly RunPoints[] = [TURNS, STORAGE, CLIENTS, EARLIER_LEADS];

/** All situations that a campaign looks for, by subject. */
export const SOMETIMES: readonly Described[] = [
  ...STEP_POINTS.map(({ name, section, text }) => ({ name, section, text })),
  ...RUN_POINTS.flatMap(({ points }) => points),
];
