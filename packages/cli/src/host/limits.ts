/**
 * Limits and choices of the packages below, as the command line shows and checks them.
 *
 * They are copies, so that `--help` does not load those packages; a test compares each with its original.
 *
 * @module
 */
export const KEY_BYTES_MAX = 1024;
export const VALUE_BYTES_MAX = 1024 * 1024;
export const NODES_MAX = 9;
export const PRIORITY_MAX = 100;
export const SEEDS = 2 ** 32;
export const ENGINES = ["simulation", "workers", "hosts"] as const;
export const CRASH_POINTS = [
  "beforeSave",
  "inSync",
  "afterSave",
  "afterSend",
  "inApply",
  "inSnapshot",
  "inCompaction",
  "inRecovery",
] as const;
export const FORMATS = ["jepsen", "edn", "jsonl"] as const;
export const FAILED_CAS = ["no-effect", "observed"] as const;
export const MODELS = [
  "register",
  "key-value",
  "list-append",
  "queue",
  "lock",
  "set",
  "txn-register",
  "txn-list-append",
] as const;
