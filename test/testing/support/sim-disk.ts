import { Chance } from "../../../packages/testing/src/chance.ts";
import { Counters } from "../../../packages/testing/src/run/counters.ts";
import { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import type { DiskStep } from "@kontiki/actors/node";

/** A disk, with the data that a test checks. */
export type DiskStage = {
  readonly disk: SimDisk;
  readonly counters: Counters;
  /** The steps of the disk, in order. */
  readonly steps: string[];
};

/** A disk whose sync takes 2 ms. `onStep` may throw, like a crash. */
export function simDisk(
  seed: number | string = 1,
  onStep: (step: DiskStep, count: number) => void = () => {},
): DiskStage {
  const counters = new Counters();
  const steps: string[] = [];
  const disk = new SimDisk({
    chance: new Chance(seed),
    settings: { syncMs: [2, 2] },
    counters,
    onStep: (step, file) => {
      onStep(step, steps.length);
      steps.push(`${step} ${file}`);
    },
    onLoss: () => {},
    onSnapshot: () => {},
  });
  return { disk, counters, steps };
}
