import { DiskError, type DiskFile, type DiskStep } from "@kontiki/actors/node";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { Counters } from "../../../packages/testing/src/run/counters.ts";
import type { Kept } from "../../../packages/testing/src/scenario/fault.ts";
import { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";

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

/** What may be left of unsynced writes. */
export const KEPT: readonly Kept[] = ["nothing", "torn", "some", "everything"];

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The files of a disk, by name. */
export function files(disk: SimDisk): Record<string, string> {
  return Object.fromEntries(disk.list().map((name) => [name, textOf(disk.read(name))]));
}

/** A file with this durable content, opened to be written. */
export function fileWith(disk: SimDisk, synced: string): DiskFile {
  disk.create("f", bytesOf(synced));
  return disk.open("f");
}

/** The error of a disk that ends what is done, if there is one. */
export function codeOf(act: () => void): string {
  try {
    act();
    return "fine";
  } catch (error) {
    if (error instanceof DiskError) return error.code;
    throw error;
  }
}
