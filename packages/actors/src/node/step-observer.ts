import { leaderOf, type Config, type Event, type State } from "@kontiki/core";
import type { NodeCounters } from "../metrics/node-counters.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** Sees each step of a node's core after it was taken: called on the hot path. */
export type StepObserver = (event: Event<CommandBytes>, before: State, after: State) => void;

/** Counts elections and changes of the leader. */
export function countingSteps(config: Config, counters: NodeCounters): StepObserver {
  return (_event, before, after) => {
    if (before.role === after.role && before.term === after.term) return;
    if (after.term > before.term && stands(after)) counters.stood();
    const leader = leaderOf(config, after);
    if (leader === undefined) return;
    if (after.term > before.term || leader !== leaderOf(config, before)) counters.leaderChanged();
  };
}

/** A node whose vote alone is a majority leads at once. */
function stands({ role }: State): boolean {
  return role.type === "candidate" || role.type === "leader";
}
