import { CRASH_POINTS } from "@kontiki/actors/node";
import { factsOf, FAULT_TYPES } from "./faults/table.ts";

/** The names of everything that a run counts: those of {@link Counters}, of `Coverage`, and what faults give as evidence. */
export const COUNT_NAMES: readonly string[] = unique([
  ...named("elections", "won", "preVotes"),
  "leaderChanges",
  ...dotted("leaders", "steppedDown", "deposed", "cutOff"),
  "truncations",
  "compactions",
  ...dotted("snapshots", "taken", "sent", "installed"),
  "commits",
  "repeats",
  "throws",
  "refusals",
  ...dotted("membership", "begun", "committed"),
  ...named("reads", "refused"),
  ...named("transfers", "told"),
  ...named("starts", "refused"),
  "restarts",
  ...dotted("recoveries", "torn", "damaged", "horizon", "repaired"),
  ...dotted("recoveries", "fetched", "leaderless", "parts"),
  ...named("operations", "ok", "error", "definitelyNot", "unknown"),
  ...["began", "ended", "skipped"].flatMap((what) => dotted(what, ...FAULT_TYPES)),
  ...dotted("letters", "sent", "delivered", "delayed", "queued", "clogged"),
  ...dotted("letters", "duplicated", "reordered", "replayed"),
  ...dotted("letters.lost", "partition", "oneWay", "loss", "power"),
  ...dotted("partition", "leaderInMinority", "leaderInMajority"),
  ...dotted("disk", "full", "slowed", "stalled", "bytesLost", "torn"),
  ...dotted("disk", "misdirected", "scattered", "damageRemoved"),
  ...dotted("disk.errors", "write", "sync", "read"),
  ...dotted("disk.rotten", "log", "snapshot"),
  ...dotted("swap", "refused", "accepted"),
  ...dotted("fell", "leader", "again", ...CRASH_POINTS),
  "clock.jumps",
  ...dotted("change", "taken", "refused", "done"),
  ...FAULT_TYPES.flatMap((type) => factsOf(type).evidence),
]);

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

function dotted(first: string, ...others: readonly string[]): readonly string[] {
  return others.map((other) => `${first}.${other}`);
}

function named(first: string, ...others: readonly string[]): readonly string[] {
  return [first, ...dotted(first, ...others)];
}
