import type { Effect, Event, State } from "@kontiki/core";

/** What the steps of one node's core are counted by. */
export const STEP_COUNTS = [
  "elections",
  "elections.won",
  "elections.preVotes",
  "leaders.steppedDown",
  "leaders.deposed",
  "truncations",
  "compactions",
  "snapshots.taken",
  "snapshots.sent",
  "snapshots.installed",
  "membership.begun",
  "reads",
  "reads.refused",
  "transfers",
  "transfers.told",
  "recoveries.repaired",
  "recoveries.leaderless",
  "recoveries.fetched",
  "recoveries.parts",
] as const;

/** The name of a count of steps. */
export type StepCount = (typeof STEP_COUNTS)[number];

/** Increases a count, by 1 when left out. */
export type Count = (name: StepCount, by?: number) => void;

/** One step of a core, before its effects are carried out. `C` is the type of commands. */
export type CountedStep<C> = {
  readonly event: Event<C>;
  readonly before: State;
  readonly after: State;
  readonly effects: readonly Effect<C>[];
};

/** Counts what a step is, on threads and in the simulation alike. */
export function countStep<C>(
  { event, before, after, effects }: CountedStep<C>,
  count: Count,
): void {
  if (event.type === "transfer") count("transfers");
  if (before.role.type !== after.role.type || before.term !== after.term)
    countRole(before, after, count);
  const leads = after.role.type === "leader";
  for (const effect of effects) countEffect(effect, leads, count);
  if (before.horizon !== undefined) countRepair(event, before.role, effects, count);
  if (event.type === "snapshotTaken" && before.snapshot !== after.snapshot)
    count("snapshots.taken");
}

function countRole(before: State, { role, term }: State, count: Count): void {
  const led = before.role.type === "leader";
  const isNew = term !== before.term;
  if (role.type === "preCandidate" && before.role.type !== "preCandidate")
    count("elections.preVotes");
  // The only voter of a cluster becomes leader without being a candidate in between.
  if (isNew && (role.type === "candidate" || role.type === "leader")) count("elections");
  if (role.type === "leader" && (!led || isNew)) count("elections.won");
  if (led && role.type !== "leader") count(isNew ? "leaders.deposed" : "leaders.steppedDown");
}

function countEffect<C>(effect: Effect<C>, leads: boolean, count: Count): void {
  switch (effect.type) {
    case "truncateLog":
      return count("truncations");
    case "compactLog":
      return count("compactions");
    case "sendChunk":
      return effect.offset === 0 ? count("snapshots.sent") : undefined;
    case "installSnapshot":
      return count("snapshots.installed");
    case "readReady":
      return count("reads");
    case "rejectRead":
      return count("reads.refused");
    case "logRepaired":
      return count("recoveries.repaired");
    case "appendLog":
      if (leads && effect.entries.some(({ type }) => type === "membership"))
        count("membership.begun");
      return;
    case "send":
      return effect.message.type === "timeoutNow" ? count("transfers.told") : undefined;
    default:
      return;
  }
}

/** What a node with a damaged log does about it. */
function countRepair<C>(
  event: Event<C>,
  role: State["role"],
  effects: readonly Effect<C>[],
  count: Count,
): void {
  const from = event.type === "message" ? event.message.type : event.type;
  const isAlone = role.type === "follower" && role.leader === undefined;
  for (const effect of effects) {
    if (effect.type === "appendLog" && from === "fetchReply")
      count("recoveries.fetched", effect.entries.length);
    if (effect.type === "saveChunk" && from === "fetchedChunk") count("recoveries.parts");
    if (effect.type === "logRepaired" && isAlone && from !== "appendEntries")
      count("recoveries.leaderless");
  }
}
