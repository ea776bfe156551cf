import type { Chance } from "../../../core/support/chance.ts";
import { PowerLoss } from "../storage/disks.ts";

/** Where power fails: before the point of this number, counted over all nodes from 0. */
export type Cut = {
  readonly at: number;
  /** The node whose point it is, or all of them; with or without all letters in flight. */
  readonly who: "one" | "all" | "all and the mail";
  /** What stays of bytes that were written and not synced. */
  readonly kept: "nothing" | "a torn part" | "everything";
};

/** The power of all nodes: it fails at the points that a test names. */
export class Power {
  readonly #cuts: Cut[];
  #points = 0;

  constructor(cuts: readonly Cut[]) {
    this.#cuts = [...cuts];
  }

  /** How many points were passed. */
  get points(): number {
    return this.#points;
  }

  /** A point at which power may fail. @throws PowerLoss where it does. */
  point(): void {
    if (this.#cuts[0]?.at === this.#points++) throw new PowerLoss();
  }

  /** Takes the cut that has just happened. */
  takeCut(): Cut {
    const cut = this.#cuts.shift();
    if (cut === undefined) throw new Error("power failed though no test cut it");
    return cut;
  }

  /** No power fails any more. */
  stay(): void {
    this.#cuts.length = 0;
  }
}

/** How many of a file's bytes that were written and not synced a cut leaves. */
export function keptBytes({ kept }: Cut, bytes: number, chance: Chance): number {
  if (kept === "a torn part") return chance.below(bytes + 1);
  return kept === "nothing" ? 0 : bytes;
}
