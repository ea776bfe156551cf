import type { Recovery } from "../run/recoveries.ts";

/** What happens after a crash, in the usual order. */
export const RECOVERY_PARTS: readonly {
  readonly name: string;
  readonly of: (recovery: Recovery) => number | null;
}[] = [
  { name: "detected", of: ({ detectedAt }) => detectedAt },
  { name: "restarted", of: ({ restartedAt }) => restartedAt },
  { name: "log recovered", of: ({ recoveredAt }) => recoveredAt },
  { name: "caught up", of: ({ caughtUpAt }) => caughtUpAt },
  { name: "first acknowledged write", of: ({ acknowledgedAt }) => acknowledgedAt },
];
