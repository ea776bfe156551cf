/** The budgets of a run. */
export const BUDGETS = [
  "proposals",
  "crashes",
  "drops",
  "duplicates",
  "heartbeats",
  "damage",
  "reads",
  "changes",
  "transfers",
  "snapshots",
  "wipes",
  "obituaries",
] as const;

/** The name of a budget that a run spends. */
export type BudgetName = (typeof BUDGETS)[number];

/** The bits of a state's word for the spent budgets. */
const BITS = 32;

/** The position of one budget in the word of the spent budgets. */
export class Budget {
  readonly #limit: number;
  readonly #shift: number;
  readonly #mask: number;

  constructor(limit: number, shift: number) {
    this.#limit = limit;
    this.#shift = shift;
    this.#mask = (1 << bitsOf(limit)) - 1;
  }

  /** One unit, to be added to the spent budgets. */
  get one(): number {
    return this.#limit === 0 ? 0 : 1 << this.#shift;
  }

  /** The spent part of this budget. */
  spentOf(spent: number): number {
    return (spent >>> this.#shift) & this.#mask;
  }

  /** Whether a part of this budget is left. */
  isLeft(spent: number): boolean {
    return ((spent >>> this.#shift) & this.#mask) < this.#limit;
  }
}

/** All budgets of an exploration, packed into one word: as many bits per budget as its limit needs. */
export type Budgets = Readonly<Record<BudgetName, Budget>>;

/** Packs budgets with these limits. */
export function budgetsOf(limits: Readonly<Record<BudgetName, number>>): Budgets {
  let shift = 0;
  const all = BUDGETS.map((name) => {
    const budget = new Budget(limits[name], shift % BITS);
    shift += bitsOf(limits[name]);
    return [name, budget] as const;
  });
  return Object.fromEntries(all) as Record<BudgetName, Budget>;
}

/** The bits that budgets with these limits need: at most those of a word. */
export function bitsOfAll(limits: Readonly<Record<BudgetName, number>>): number {
  return BUDGETS.reduce((sum, name) => sum + bitsOf(limits[name]), 0);
}

function bitsOf(limit: number): number {
  return BITS - Math.clz32(limit);
}
