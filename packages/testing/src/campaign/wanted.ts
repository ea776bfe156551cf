import type { FaultType } from "../scenario/fault.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** How it is counted that faults of a kind bit: a partition that cut nothing off has shown nothing. */
const BITES: Readonly<Partial<Record<FaultType, readonly string[]>>> = {
  partition: ["letters.lost.partition", "partition.leaderInMajority", "partition.leaderInMinority"],
  oneWay: ["letters.lost.oneWay"],
  delay: ["letters.delayed"],
  loss: ["letters.lost.loss"],
  duplicate: ["letters.duplicated"],
  reorder: ["letters.reordered"],
  replay: ["letters.replayed"],
  clog: ["letters.clogged"],
  swizzle: ["letters.clogged"],
  bandwidth: ["letters.queued"],
  diskError: ["disk.errors.write", "disk.errors.sync", "disk.errors.read"],
  diskFull: ["disk.full"],
  slowDisk: ["disk.slowed"],
  stallDisk: ["disk.stalled"],
  bitRot: ["disk.rotten.log", "disk.rotten.snapshot", "recoveries.damaged"],
  misdirect: ["disk.misdirected"],
  swapDisks: ["swap.refused"],
  crash: [
    "fell.leader",
    "fell.beforeSave",
    "fell.afterSave",
    "fell.afterSend",
    "fell.inApply",
    "fell.inSnapshot",
    "fell.inCompaction",
    "fell.inRecovery",
  ],
  crashAll: ["disk.bytesLost", "disk.torn", "letters.lost.power"],
  crashLoop: ["fell.again"],
  step: ["clock.jumps"],
  strobe: ["clock.jumps"],
  add: ["change.done"],
  remove: ["change.done"],
  replace: ["change.done"],
  transfer: ["transfers.told"],
  snapshot: ["snapshots.taken"],
  compact: ["compactions"],
};

/**
 * Names of the coverage that many runs of a scenario should meet: every fault that it names or draws from, that those which
 * it draws from bit, and what it expects. A campaign that never met one of these has not tried what it was to try.
 */
export function wantedCoverage({ faults, nemesis, expect }: Scenario): readonly string[] {
  const drawn = nemesis?.faults ?? [];
  return [
    ...faults.map(({ type }) => `began.${type}`),
    ...drawn.map((type) => `began.${type}`),
    ...drawn.flatMap((type) => BITES[type] ?? []),
    ...Object.keys(expect.atLeast),
  ];
}
