import type { Bounds } from "./bounds.ts";

/** The budgets of a run, and the position of each in one word: six bits per budget, and the last two for damage. */
const SHIFT = {
  proposals: 0,
  crashes: 6,
  drops: 12,
  duplicates: 18,
  heartbeats: 24,
  damage: 30,
} as const;

/** A budget that a run spends. */
export type Budget = keyof typeof SHIFT;

/** One unit of a budget, to be added to the spent budgets. */
export function oneOf(budget: Budget): number {
  return 1 << SHIFT[budget];
}

/** The spent part of a budget. */
export function spentOf(spent: number, budget: Budget): number {
  return (spent >>> SHIFT[budget]) & 63;
}

/** Whether a part of a budget is left. */
export function isLeft(bounds: Bounds, spent: number, budget: Budget): boolean {
  return spentOf(spent, budget) < bounds[budget];
}
