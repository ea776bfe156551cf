import type { DiskStep } from "@kontiki/actors/node";
import type { Chance } from "../chance.ts";
import type { Loss } from "../engine/loss.ts";
import type { Counters } from "../run/counters.ts";
import type { DiskSettings } from "../scenario/scenario.ts";

/** What a disk needs. */
export type DiskParts = {
  readonly chance: Chance;
  readonly settings: DiskSettings;
  readonly counters: Counters;
  /** Called before each operation, which throws what this throws. */
  readonly onStep: (step: DiskStep, file: string) => void;
  /** Called when durable bytes were damaged. */
  readonly onLoss: (loss: Loss) => void;
  /** Called when the file of a snapshot has got its name, and whether that is durable. */
  readonly onSnapshot: (name: string, bytes: Uint8Array, isDurable: boolean) => void;
};
