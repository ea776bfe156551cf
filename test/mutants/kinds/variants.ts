import type { Kind, Planted, Variant } from "../planted.ts";
import { DURABLE } from "./durable.ts";
import { JOINT } from "./joint.ts";
import { LIVENESS } from "./liveness.ts";
import { LOG_FILE } from "./log-file.ts";
import { PARTS } from "./parts.ts";
import { READS } from "./reads.ts";
import { RUNS } from "./runs.ts";
import { SESSIONS_AND_CLIENTS } from "./sessions.ts";
import { TIMERS_AND_OBITUARIES } from "./timers.ts";

/** The defects that were written by hand, several for each kind. */
export const VARIANTS: readonly Planted[] = [
  ...of("joint consensus", JOINT),
  ...of("reads and leases", READS),
  ...of("durable", DURABLE),
  ...of("snapshots in parts", PARTS),
  ...of("timers and obituaries", TIMERS_AND_OBITUARIES),
  ...of("log file", LOG_FILE),
  ...of("sessions and clients", SESSIONS_AND_CLIENTS),
  ...of("sessions and clients", RUNS),
  ...of("liveness", LIVENESS),
];

function of(kind: Kind, variants: readonly Variant[]): readonly Planted[] {
  return variants.map((variant) => ({ ...variant, kind }));
}
