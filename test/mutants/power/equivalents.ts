const UNUSED =
  "No node calls this function: it is for programs that show an election. Its own tests judge it, and no run of a cluster can.";

/**
 * Mutants that no run can tell from the original, each with the argument. They are not counted.
 */
export const EQUIVALENTS: ReadonlyMap<string, string> = new Map([
  ["core/quorum:verdict/condition-1", UNUSED],
  ["core/quorum:verdict/condition-2", UNUSED],
  ["core/quorum:verdict/condition-3", UNUSED],
  ["core/quorum:verdict/condition-4", UNUSED],
  [
    "actors/storage/wal/wal-replay:reset/order-1",
    "The two statements set different fields, and neither reads what the other sets.",
  ],
]);
