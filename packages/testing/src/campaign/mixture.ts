import { checkArgument, listOf, text } from "@kontiki/actors/node";

/** The scenario that draws everything, settings included. */
const SWARM = "swarm";

/** Runs of other scenarios for each run of the swarm. */
const OTHERS_PER_SWARM = 1;

/**
 * The order in which the shipped scenarios run with one seed, as positions in `names`: those that find most first, and after
 * each of them one run of `swarm`, so that it gets half of all runs. Without `swarm` each runs once, in the given order.
 *
 * Every scenario runs with every seed of a campaign, whenever it ends: only the swarm runs more often.
 */
export function mixtureOf(names: readonly string[]): readonly number[] {
  checkArgument("mixtureOf", "names", listOf(text("a name"), "a list of names"), names);
  const swarm = names.indexOf(SWARM);
  const others = names.map((_name, at) => at).filter((at) => at !== swarm);
  if (swarm < 0) return others;
  const ordered = others.toSorted((one, other) => rankOf(names[one]) - rankOf(names[other]));
  return [
    swarm,
    ...ordered.flatMap((at, place) => (place % OTHERS_PER_SWARM === 0 ? [at, swarm] : [at])),
  ];
}

/** Scenarios of which a run finds much in a short time, in this order; then come the others, by name. */
const FIRST: readonly string[] = [
  "reshape_members",
  "lease_reads_after_transfer",
  "session_limits",
  "lone_node",
  "rotting_disks",
  "lease_reads_across_bridge",
  "disk_errors",
  "grow_and_shrink",
  "lease_reads",
  "leader_returns",
  "reads_after_transfer",
  "damage_everywhere",
  "membership_grow_shrink",
  "snapshot_unreliable_recover_concurrent_partition_linearizable",
  "figure_8_unreliable",
  "kill",
];

/** Scenarios whose runs take far longer than those of the others. */
const LAST: readonly string[] = ["building_snapshot_does_not_block_append", "backup"];

function rankOf(name = ""): number {
  if (FIRST.includes(name)) return FIRST.indexOf(name) - FIRST.length;
  return LAST.includes(name) ? 1 : 0;
}
