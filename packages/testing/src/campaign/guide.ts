import type { Chance } from "../chance.ts";
import type { RunReport, Task } from "./task.ts";

/** A plan that met something new: a seed of a scenario, and what was changed in its plan. */
export type KeptPlan = Required<Pick<Task, "scenario" | "seed" | "changes">>;

/** Situations that fewer runs than this have met are rare: a pair of them in one run is something new as well. */
const RARE = 8;

type Plan = KeptPlan & { readonly features: readonly string[] };

/**
 * Learns from runs which plans are worth changing: those that met something new. A plan that met what few others met is
 * chosen more often.
 */
export class Guide {
  readonly #runs = new Map<string, number>();
  readonly #plans: Plan[] = [];

  /** How many plans are kept. */
  get size(): number {
    return this.#plans.length;
  }

  /** Takes note of a run. Returns its plan if it is to be kept. */
  learn({ task, met }: Pick<RunReport, "task" | "met">): KeptPlan | undefined {
    const features = [...met, ...this.#pairs(met)];
    const isNew = features.some((feature) => !this.#runs.has(feature));
    for (const feature of features) this.#runs.set(feature, (this.#runs.get(feature) ?? 0) + 1);
    if (!isNew) return undefined;
    const { scenario, seed, changes = [] } = task;
    this.#plans.push({ scenario, seed, changes, features });
    return { scenario, seed, changes };
  }

  /** Choices among the kept plans, each as likely as what it met is rare; undefined if none is kept. */
  chooser(): ((chance: Chance) => KeptPlan) | undefined {
    let total = 0;
    const sums = this.#plans.map(({ features }) => {
      for (const feature of features) total += 1 / (this.#runs.get(feature) ?? 1) ** 2;
      return total;
    });
    const last = this.#plans.at(-1);
    if (last === undefined) return undefined;
    return (chance) => {
      const at = chance.next() * total;
      return this.#plans[sums.findIndex((sum) => at < sum)] ?? last;
    };
  }

  #pairs(met: readonly string[]): readonly string[] {
    const rare = met.filter((name) => (this.#runs.get(name) ?? 0) < RARE);
    return rare.flatMap((one, at) => rare.slice(at + 1).map((other) => `${one} ${other}`));
  }
}
