import { HUNTS } from "./campaign.ts";
import type { HuntName, Outcome } from "./hunt.ts";
import { takeTurn, type Going } from "./turn.ts";

/**
 * Hunts the mutant that this process has loaded until it is caught or the time is over. The named hunts come first and get
 * half of the time; then all hunts take turns.
 *
 * @param now a monotonic clock, in ms.
 */
export function prowl(first: readonly HuntName[], deadlineMs: number, now: () => number): Outcome {
  const started = now();
  const end = started + deadlineMs;
  const names = new Set([...first, ...(Object.keys(HUNTS) as HuntName[])]);
  const all = [...names].map((name): Going => ({ name, seeds: 0, states: 0, isOver: false }));
  const effort = (): Pick<Outcome, "seeds" | "states" | "ms"> => ({
    seeds: all.reduce((sum, { seeds }) => sum + seeds, 0),
    states: all.reduce((sum, { states }) => sum + states, 0),
    ms: Math.round(now() - started),
  });
  for (;;) {
    const named = all.slice(0, first.length).filter(({ isOver }) => !isOver);
    const isEarly = named.length > 0 && now() < started + deadlineMs / 2;
    for (const going of isEarly ? named : all.filter(({ isOver }) => !isOver)) {
      if (now() >= end) return { caught: undefined, ...effort() };
      const caught = takeTurn(going, now, end);
      if (caught !== undefined) return { caught, ...effort() };
    }
  }
}
