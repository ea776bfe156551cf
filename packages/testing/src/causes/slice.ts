import type { Fact, TracedEvent } from "./fact.ts";

/** What to look for. */
export type Wanted = {
  readonly facts: ReadonlySet<Fact>;
  /** Whether the line that tells a fact is enough, without what the fact was made from. */
  readonly isBrief: (fact: Fact) => boolean;
};

/**
 * The lines of a story that lead to these facts: one walk back from the end. An event belongs to it when it is the last one
 * that made a fact that is still looked for, or when a check failed at it; then what it made the fact from is looked for
 * as well.
 *
 * Faults that last make no fact: they keep things from happening. So of these all count that touch a node of the slice, or
 * no certain node, and had not ended before it begins.
 */
export function linesBehind(events: readonly TracedEvent[], wanted: Wanted): ReadonlySet<number> {
  const chosen = causesBack(events, wanted);
  const told = chosen.filter(({ line }) => line !== undefined);
  const nodes = new Set(told.map(({ node }) => node));
  const since = told.at(-1)?.at ?? 0;
  const faults = faultsOn(events, nodes, since);
  return new Set([...told, ...faults].flatMap(({ line }) => (line === undefined ? [] : [line])));
}

/** From the last to the first. */
function causesBack(
  events: readonly TracedEvent[],
  { facts, isBrief }: Wanted,
): readonly TracedEvent[] {
  const open = new Set(facts);
  const chosen: TracedEvent[] = [];
  for (const event of events.toReversed()) {
    const { causes, isViolation } = event;
    const met = isViolation ? causes : causes.filter(({ made }) => open.has(made));
    if (met.length === 0 && !isViolation) continue;
    chosen.push(event);
    for (const { made } of met) open.delete(made);
    for (const { made, needs } of met)
      for (const need of needs) if (!isBrief(made) || isKept(need, made)) open.add(need);
  }
  return chosen;
}

/**
 * A restart is never left out: what a node did before it may be lost. Nor is the entry in the log of a node that commits it.
 */
function isKept(need: Fact, made: Fact): boolean {
  return need.startsWith("run ") || (/^(commit|decided) /.test(made) && need.startsWith("log "));
}

function faultsOn(
  events: readonly TracedEvent[],
  nodes: ReadonlySet<string>,
  since: number,
): readonly TracedEvent[] {
  const ends = new Map<number, number>();
  for (const { fault, at } of events)
    if (fault !== undefined && fault.nodes === undefined) ends.set(fault.id, at);
  return events.filter(({ fault }) => {
    if (fault?.nodes === undefined) return false;
    const touches = fault.nodes.length === 0 || fault.nodes.some((node) => nodes.has(node));
    return touches && (ends.get(fault.id) ?? Infinity) >= since;
  });
}
