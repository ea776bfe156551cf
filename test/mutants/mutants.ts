import { CLIENT_MUTANTS } from "./clients.ts";
import { DAMAGE_MUTANTS } from "./damage.ts";
import { DISK_MUTANTS } from "./disks.ts";
import { ELECTION_MUTANTS } from "./elections.ts";
import { MEMBERSHIP_MUTANTS } from "./membership.ts";
import type { Mutant } from "./mutant.ts";
import { REPLICATION_MUTANTS } from "./replication.ts";
import { SNAPSHOT_MUTANTS } from "./snapshots.ts";

/**
 * All mutants. No mutant is equivalent to the original: each has a run that violates a property, and the hunts of the
 * campaign find such a run.
 */
export const MUTANTS: readonly Mutant[] = [
  ...ELECTION_MUTANTS,
  ...REPLICATION_MUTANTS,
  ...MEMBERSHIP_MUTANTS,
  ...SNAPSHOT_MUTANTS,
  ...DISK_MUTANTS,
  ...DAMAGE_MUTANTS,
  ...CLIENT_MUTANTS,
];
