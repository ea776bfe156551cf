import { leaderOf, type Config, type Effect, type Event, type State } from "@kontiki/core";
import type { NodeCounters } from "../metrics/node-counters.ts";
import type { Probe } from "../metrics/probe.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** Sees each step of a node's core after it was taken: called on the hot path. */
export type StepObserver = (
  event: Event<CommandBytes>,
  before: State,
  after: State,
  effects: readonly Effect<CommandBytes>[],
) => void;

/** Counts steps, and records them while they are listened to. */
export function observingSteps(config: Config, counters: NodeCounters, probe: Probe): StepObserver {
  const count = countingSteps(config, counters);
  return (event, before, after, effects) => {
    count(event, before, after, effects);
    if (probe.wantsSteps) record(probe, event, after);
  };
}

function record(probe: Probe, event: Event<CommandBytes>, { role, term, commit }: State): void {
  const isMessage = event.type === "message";
  probe.step({
    event: event.type,
    message: isMessage ? event.message.type : undefined,
    from: isMessage ? event.from : undefined,
    role: role.type,
    term,
    commit,
  });
}

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
