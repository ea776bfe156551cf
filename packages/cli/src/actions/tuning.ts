import type { ClusterOptions } from "@kontiki/actors";

/** Options of a cluster that most people never need, as they were read. */
export type TuningOptions = {
  readonly snapshotEntries?: number;
  readonly snapshotBytes?: number;
  readonly keptEntries?: number;
  readonly maxUncommittedBytes?: number;
  readonly leaseDrift?: number;
  readonly priority?: NonNullable<ClusterOptions["priorities"]>;
  readonly trace?: string;
};

/** The same as options of a cluster. */
export function tuningOf(options: TuningOptions): ClusterOptions {
  const { snapshotEntries, snapshotBytes, keptEntries, maxUncommittedBytes, trace } = options;
  const { leaseDrift, priority: priorities } = options;
  return {
    snapshotEntries,
    snapshotBytes,
    keptEntries,
    maxUncommittedBytes,
    leases: leaseDrift === undefined ? undefined : { clockDrift: leaseDrift },
    priorities,
    trace,
  };
}
