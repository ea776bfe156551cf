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
  const lost = lostEntries(actor, live, losses);
  const salvaged = horizon === undefined ? [] : salvagedEntries(recovered);
  const intact = without([...live, ...salvaged], unread.entries);
  const covered = snapshot?.index ?? 0;
  const isBad = unread.snapshot > 0 && unread.snapshot >= covered;
  const isBehind = horizon !== undefined && found.snapshot > actor.log.lastIndex;
  const upTo = isBad || isBehind ? Math.max(unread.snapshot, found.snapshot) : 0;
  const isObscure = unread.isObscure || (horizon !== undefined && found.isObscure);
  const isKnown = !isObscure && isExplained(actor, Math.max(upTo, covered), [...intact, ...lost]);
  return {
    entries: new Set(unread.isObscure ? [] : intact.map(nameOf)),
    snapshot: isBad ? 0 : covered,
    lacks: isKnown
      ? { entries: lost.filter((entry) => entry.index > Math.max(upTo, covered)), upTo }
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

/** What damage took: the node has not read that yet, or has found it and has not got it again. */
function lostEntries(
  { state: { horizon } }: NodeActor,
  live: readonly LogPosition[],
  { unread, found }: Losses,
): readonly LogPosition[] {
  return horizon === undefined
    ? unread.entries
    : [...unread.entries, ...without(found.entries, live)];
}

/** Some entries without others. Mostly there are none to leave out, and naming every entry of a log takes time. */
function without(
  some: readonly LogPosition[],
  others: readonly LogPosition[],
): readonly LogPosition[] {
  if (others.length === 0 || some.length === 0) return some;
  const names = new Set(others.map(nameOf));
  return some.filter((entry) => !names.has(nameOf(entry)));
}

function salvagedEntries({ salvage }: Recovered): readonly LogPosition[] {
  return (salvage?.logs ?? []).flatMap(({ pieces }) => pieces.flat());
}

/** Whether each entry of a damaged log after `upTo` is known to be intact or lost. */
function isExplained(
  { state: { horizon }, log }: NodeActor,
  upTo: number,
  known: readonly LogPosition[],
): boolean {
  if (horizon === undefined) return true;
  const indexes = new Set<number>(known.map((entry) => entry.index));
  for (let at = Math.max(log.lastIndex, upTo) + 1; at <= horizon.index; at += 1)
    if (!indexes.has(at)) return false;
  return true;
}
