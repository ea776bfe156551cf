import type { Bounds } from "./bounds.ts";

/** Budgets that a run spends, and where each is counted in one word: six bits a budget. */
const SHIFT = { proposals: 0, crashes: 6, drops: 12, duplicates: 18, heartbeats: 24 } as const;

/** A budget that a run spends. */
export type Budget = keyof typeof SHIFT;

/** One of a budget, to be added to what is spent. */
export function oneOf(budget: Budget): number {
  return 1 << SHIFT[budget];
}

/** How much of a budget is spent. */
export function spentOf(spent: number, budget: Budget): number {
  return (spent >>> SHIFT[budget]) & 63;
}

/** Whether something is left of a budget. */
export function isLeft(bounds: Bounds, spent: number, budget: Budget): boolean {
  return spentOf(spent, budget) < bounds[budget];
}
