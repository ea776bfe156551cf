import type { NodeActor, Recovered } from "@kontiki/actors/node";
import { index, type LogPosition } from "@kontiki/core";
import { nameOf, type Holdings } from "../engine/loss.ts";
import type { Losses } from "./losses.ts";

/**
 * What a running node has on its disk. Damage that it has not read yet counts, although the node still has everything in
 * memory. If a write that may have cut the log is damaged, nothing in the log counts before a start shows what is salvaged of it.
 */
export function holdingsOf(actor: NodeActor, recovered: Recovered, losses: Losses): Holdings {
  const { snapshot, horizon } = actor.state;
  const { unread, found } = losses;
  const live = durableEntries(actor);
  const salvaged = horizon === undefined ? [] : salvagedEntries(recovered);
  const taken = new Set(unread.entries.map(nameOf));
  const intact = [...live, ...salvaged].filter((entry) => !taken.has(nameOf(entry)));
  const names = new Set(live.map(nameOf));
  const lacking = found.entries.filter((entry) => !names.has(nameOf(entry)));
  const entries = [...unread.entries, ...(horizon === undefined ? [] : lacking)];
  const covered = snapshot?.index ?? 0;
  const isBad = unread.snapshot > 0 && unread.snapshot >= covered;
  const isBehind = horizon !== undefined && found.snapshot > actor.log.lastIndex;
  const upTo = isBad || isBehind ? Math.max(unread.snapshot, found.snapshot) : 0;
  const isObscure = unread.isObscure || (horizon !== undefined && found.isObscure);
  const known = [...intact, ...entries].map((entry) => entry.index);
  const isKnown = !isObscure && isExplained(actor, Math.max(upTo, covered), known);
  return {
    entries: new Set(unread.isObscure ? [] : intact.map(nameOf)),
    snapshot: isBad ? 0 : covered,
    lacks: isKnown
      ? { entries: entries.filter((entry) => entry.index > Math.max(upTo, covered)), upTo }
      : undefined,
  };
}

function durableEntries({ log, state }: NodeActor): readonly LogPosition[] {
  const found: LogPosition[] = [];
  for (let at: number = log.firstIndex; at <= Math.min(state.durable, log.lastIndex); at += 1) {
    const term = log.termAt(index(at));
    if (term !== undefined) found.push({ index: index(at), term });
  }
  return found;
}

function salvagedEntries({ salvage }: Recovered): readonly LogPosition[] {
  return (salvage?.logs ?? []).flatMap(({ pieces }) => pieces.flat());
}

/** Whether each entry of a damaged log after `upTo` is known to be intact or lost. */
function isExplained(
  { state: { horizon }, log }: NodeActor,
  upTo: number,
  known: readonly number[],
): boolean {
  if (horizon === undefined) return true;
  const indexes = new Set(known);
  for (let at = Math.max(log.lastIndex, upTo) + 1; at <= horizon.index; at += 1)
    if (!indexes.has(at)) return false;
  return true;
}
