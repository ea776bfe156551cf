/** Where in a node's turn a crash can strike. */
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

/**
 * Where in a node's turn a crash can strike: before the turn's batch is written (`beforeSave`), before its sync (`inSync`)
 * and after it (`afterSave`), after its promises were sent (`afterSend`), while a command is applied, while a snapshot is
 * written, before an old segment of the log is removed, and while a node that starts reads its disk.
 */
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** What a loss of power leaves of bytes that were not synced. `some` draws for each sector separately. */
export const KEPTS = ["nothing", "torn", "some", "everything"] as const;

/** What a loss of power leaves of bytes that were not synced: `torn` is a part of the last write. */
export type Kept = (typeof KEPTS)[number];

/**
 * An operation of a disk, reported before the disk carries it out. `syncNames`: a name was added or removed and readers see
 * that, but the folder is not synced yet.
 */
export type DiskStep =
  | "create"
  | "begin"
  | "publish"
  | "syncNames"
  | "remove"
  | "rename"
  | "append"
  | "rewrite"
  | "overwrite"
  | "sync"
  | "truncate"
  | "read";

/** The crash point just before an operation of a running node's disk, if there is one. */
export function pointOf(step: DiskStep, file: string): CrashPoint | undefined {
  const isLog = isLogFile(file);
  if (isLog && step === "append") return "beforeSave";
  if (isLog && step === "remove") return "inCompaction";
  if (!isLog && (step === "append" || step === "publish")) return "inSnapshot";
  return undefined;
}

/** Whether a file belongs to the log. */
export function isLogFile(file: string): boolean {
  return file.endsWith(".wal");
}
