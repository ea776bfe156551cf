import {
  LOG_START,
  previousIndex,
  type Effect,
  type Env,
  type Event,
  type HardState,
  type MemoryLog,
  type State,
} from "@kontiki/core";
import { Broken } from "./broken.ts";
import { salvageOf } from "./damaged.ts";
import { contentOf, logOf, type ExploredNode } from "./explored-node.ts";

/** The disk after a sync. @throws Broken when a term or a vote on it would go back. */
export function savedDisk(
  { hard: saved, horizon, copies, files }: ExploredNode["disk"],
  hard: HardState,
  state: State,
  log: MemoryLog<string>,
): ExploredNode["disk"] {
  const changed = hard.term === saved.term && hard.votedFor !== saved.votedFor;
  if (hard.term < saved.term) throw new Broken(`the term on disk fell from ${saved.term}`);
  if (changed && saved.votedFor !== undefined)
    throw new Broken(`the vote on disk changed in term ${saved.term}`);
  const isWhole = state.horizon === undefined || horizon === undefined || copies === undefined;
  const damage = isWhole ? {} : { horizon, copies };
  return { hard, log: contentOf(log), ...baseOf(log), ...(files && { files }), ...damage };
}

/** The last compacted entry of a log, if there is one. */
export function baseOf(log: MemoryLog<string>): Pick<ExploredNode, "base"> {
  const index = previousIndex(log.firstIndex);
  return index === 0 ? {} : { base: { index, term: log.termAt(index) ?? LOG_START.term } };
}

/** What the core reads of a node. */
export function envOf(
  config: Env<string>["config"],
  { log, base, salvage }: ExploredNode,
): Env<string> & { readonly log: MemoryLog<string> } {
  const found = salvageOf(salvage);
  return { config, log: logOf(log, base), ...(found === undefined ? {} : { salvage: found }) };
}

/** Whether an effect changes the log that the process sees. */
export function changesLog({ type }: Effect<string>): boolean {
  return (
    type === "appendLog" ||
    type === "truncateLog" ||
    type === "compactLog" ||
    type === "installSnapshot"
  );
}

/** Whether a step refuses a change of the membership or a transfer of leadership. */
export function refusesRequest(
  { type }: Event<string>,
  effects: readonly Effect<string>[],
): boolean {
  return effects.some(
    (effect) =>
      (type === "changeMembership" && effect.type === "rejectChange") ||
      (type === "transfer" && effect.type === "transferEnded"),
  );
}
