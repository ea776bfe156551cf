/** What a failure is about. */
export type Subject =
  | "elections"
  | "logs"
  | "reads"
  | "leases"
  | "snapshots"
  | "storage"
  | "damage"
  | "sessions"
  | "clients"
  | "membership"
  | "liveness"
  | "timers";

/** Mutants whose failures are told: some of each subject, by their names in `test/mutants` and `test/mutants/kinds`. */
export const SAMPLE: readonly { readonly id: string; readonly subject: Subject }[] = [
  { id: "vote-without-log-check", subject: "elections" },
  { id: "two-votes-in-a-term", subject: "elections" },
  { id: "previous-term-not-checked", subject: "logs" },
  { id: "commits-older-term", subject: "logs" },
  { id: "read-before-applied", subject: "reads" },
  { id: "membership-of-snapshot-forgotten", subject: "snapshots" },
  { id: "error-on-publishing-own-swallowed", subject: "snapshots" },
  { id: "never-synced", subject: "storage" },
  { id: "acknowledged-before-sync", subject: "storage" },
  { id: "checksum-not-checked", subject: "damage" },
  { id: "salvage-not-offered", subject: "damage" },
  { id: "command-applied-twice", subject: "sessions" },
  { id: "ended-sessions-not-in-snapshot", subject: "sessions" },
  { id: "results-lost-in-snapshot", subject: "sessions" },
  { id: "unknown-told-as-failed", subject: "clients" },
  { id: "learner-counts", subject: "membership" },
  { id: "cut-membership-stays", subject: "membership" },
  { id: "votes-by-committed-membership", subject: "membership" },
  { id: "quorum-check-off", subject: "liveness" },
  { id: "lost-question-not-repeated", subject: "liveness" },
];
