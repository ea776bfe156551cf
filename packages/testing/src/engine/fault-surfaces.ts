import type { Chance } from "../chance.ts";
import type { DiskOperation, Range } from "../scenario/fault.ts";
import type { Concerns, LetterRule } from "./letter-rule.ts";
import type { MayLose } from "./loss.ts";

/** Ends what a fault began. */
export type EndFault = () => void;

/** What faults do to the network. */
export interface FaultableNetwork {
  /** Drops all letters that are on their way. */
  forgetMail(): void;
  /** Drops letters for which `concerns` is true, those on their way included. `reason` names the cause. */
  beginCut(reason: string, concerns: Concerns): EndFault;
  /** Drops some letters. */
  beginLoss(rule: LetterRule): EndFault;
  /** Delays some letters, and with them all later letters on the same link. */
  beginDelay(rule: LetterRule): EndFault;
  /** Delivers some letters between nodes twice. */
  beginDuplication(rule: LetterRule): EndFault;
  /** Lets later letters overtake some letters between nodes. */
  beginReorder(rule: LetterRule): EndFault;
  /** Delivers old letters between nodes again. */
  beginReplay(rule: LetterRule, node?: string): EndFault;
  /** Holds back letters for which `concerns` is true until the fault ends. */
  beginClog(concerns: Concerns): EndFault;
  /** Limits each link to this many bytes per ms. */
  beginBandwidth(bytesPerMs: number): EndFault;
}

/** What faults do to the clock of one node. */
export interface FaultableClock {
  /** How fast it runs: 1 is the speed of the run's own time. */
  readonly rate: number;
  /** Lets it run `rate` times as fast, above 0. Rates multiply. */
  beginDrift(rate: number): EndFault;
  /** Moves it forward, or back with a negative number, in ms. */
  step(ms: number): void;
}

/** What faults do to the disk of one node. */
export interface FaultableDisk {
  /** Whether any of its files is damaged and still in use: not removed, and not set aside. */
  readonly isDamaged: boolean;
  /** Lets operations of this kind fail (EIO). A failed write may have written a part, a failed sync any part. */
  beginErrors(operation: DiskOperation): EndFault;
  /** Leaves room for this many more bytes; later writes fail (ENOSPC) after a part. */
  beginFullness(freeBytes: number): EndFault;
  /** Delays whatever waits for the device, in ms. */
  beginSlowness(ms: Range): EndFault;
  /** Holds up whatever waits for the device until the fault ends. */
  beginStall(): EndFault;
  /** Flips one durable bit where `mayLose` allows it, and says where; undefined when no bit may be flipped. */
  rot(what: "log" | "snapshot", chance: Chance, mayLose: MayLose): string | undefined;
  /**
   * Damages up to this many ranges of the log, the last write included, or of the snapshots, where `mayLose` allows it, and
   * says how many.
   */
  scatter(what: "log" | "snapshot", ranges: number, chance: Chance, mayLose: MayLose): number;
  /** Lets one of the next writes for which `mayLose` allows it land at the wrong place of its file. */
  beginMisdirection(mayLose: MayLose): EndFault;
}
