import type { Happening } from "../engine/observer.ts";

/** The rates at which the clocks of nodes run, and the extremes that each ever had; 1 is true time. */
export class ClockRates {
  readonly #fastest = new Map<string, number>();
  readonly #slowest = new Map<string, number>();
  readonly #drifts = new Map<string, Map<number, number>>();

  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "faultBegan": {
        const { fault, nodes } = happening;
        if (fault.type !== "drift") return;
        for (const node of nodes) this.#begins(node, fault.id, fault.rate);
        return;
      }
      case "faultEnded":
        for (const [node, rates] of this.#drifts) {
          rates.delete(happening.fault.id);
          this.#runs(node, rates);
        }
        return;
      default:
        return;
    }
  }

  /** The fastest rate at which the clock of a node ever ran. */
  fastest(node: string): number {
    return this.#fastest.get(node) ?? 1;
  }

  /** The slowest one. */
  slowest(node: string): number {
    return this.#slowest.get(node) ?? 1;
  }

  #begins(node: string, fault: number, rate: number): void {
    const rates = this.#drifts.get(node) ?? new Map<number, number>();
    this.#drifts.set(node, rates.set(fault, rate));
    this.#runs(node, rates);
  }

  /** Several drifts multiply. When a slow one ends, the others make the clock faster than it ever was. */
  #runs(node: string, rates: ReadonlyMap<number, number>): void {
    const product = [...rates.values()].reduce((all, one) => all * one, 1);
    this.#fastest.set(node, Math.max(this.fastest(node), product));
    this.#slowest.set(node, Math.min(this.slowest(node), product));
  }
}
