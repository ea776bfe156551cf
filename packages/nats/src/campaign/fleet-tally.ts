import { emptyTally, type Tally } from "@kontiki/testing";
import { joined } from "./join-tallies.ts";
import type { RangeResult, WorkerName } from "./result.ts";
import { rangeCount, type CampaignSpec } from "./spec.ts";

/** A range without a result, because of an error of the tool. */
export type BrokenRange = {
  /** Its number, from 0. */
  readonly range: number;
  /** What went wrong in the last try, in one line. */
  readonly reason: string;
};

type Open = (Tally | undefined)[];

/**
 * Adds up the results of ranges. They count in the order of the ranges, whichever came first, and each once, however often it
 * came: the result is that of one machine that runs all seeds.
 */
export class FleetTally {
  readonly #spec: CampaignSpec;
  readonly #ranges: number;
  /** Results of ranges that wait for an earlier one. */
  readonly #waiting = new Map<number, Open | BrokenRange>();
  readonly #broken: BrokenRange[] = [];
  readonly #workers = new Map<string, WorkerName>();
  #tallies: readonly Tally[];
  #next = 0;
  #isClosed = false;
  #runs = 0;
  #violated = 0;
  #events = 0;
  #done = 0;
  #repeated = 0;
  #strange = 0;

  constructor(spec: CampaignSpec) {
    this.#spec = spec;
    this.#ranges = rangeCount(spec);
    this.#tallies = spec.scenarios.map(() => emptyTally);
  }

  /** Whether no further result can change this. */
  get isComplete(): boolean {
    return this.#isClosed || this.#next === this.#ranges;
  }

  /** Ranges with a result. */
  get done(): number {
    return this.#done;
  }

  /** Results that were dropped because their range had one. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Messages that were dropped because they are no results of this campaign. */
  get strange(): number {
    return this.#strange;
  }

  /** Runs with a result, how many of them are violated, and their events. */
  get counts(): { readonly runs: number; readonly violated: number; readonly events: number } {
    return { runs: this.#runs, violated: this.#violated, events: this.#events };
  }

  /** Ranges that ended in an error of the tool. */
  get broken(): readonly BrokenRange[] {
    const waiting = [...this.#waiting.values()].filter((one) => "reason" in one);
    return [...this.#broken, ...(this.#isClosed ? [] : waiting)].toSorted(
      (one, other) => one.range - other.range,
    );
  }

  /** The workers that results are from. */
  get workers(): readonly WorkerName[] {
    return [...this.#workers.values()];
  }

  /** One tally per scenario: of all results that are there, in the order of their ranges. */
  get tallies(): readonly Tally[] {
    if (this.#isClosed) return this.#tallies;
    const waiting = [...this.#waiting].toSorted(([one], [other]) => one - other);
    let tallies = this.#tallies;
    for (const [, open] of waiting) if (!("reason" in open)) tallies = added(tallies, open);
    return tallies;
  }

  /** Adds what a worker published; `undefined` stands for a message that is no result. */
  add(result: RangeResult | undefined): void {
    if (result === undefined || !this.#isOurs(result)) this.#strange += 1;
    else if (this.#isKnown(result)) this.#repeated += 1;
    else this.#take(result);
    this.#fold();
  }

  #isOurs(result: RangeResult): boolean {
    if (result.range >= this.#ranges) return false;
    if (result.type === "broken") return true;
    return result.from + result.tallies.length <= this.#tallies.length && result.tallies.length > 0;
  }

  #isKnown(result: RangeResult): boolean {
    if (result.range < this.#next) return true;
    const open = this.#waiting.get(result.range);
    if (open === undefined) return false;
    // Tallies are more than an error: another worker could run what the one that gave up could not.
    if (result.type === "broken") return true;
    return !("reason" in open) && result.tallies.every((_, at) => open[result.from + at]);
  }

  #take(result: RangeResult): void {
    const { range, worker } = result;
    this.#workers.set(worker.id, worker);
    const before = this.#waiting.get(range);
    if (result.type === "broken") {
      this.#waiting.set(range, { range, reason: result.reason });
      this.#done += 1;
      return;
    }
    const isBroken = before !== undefined && "reason" in before;
    const open: Open =
      before === undefined || "reason" in before ? this.#tallies.map(() => undefined) : before;
    for (const [at, tally] of result.tallies.entries()) {
      if (open[result.from + at] !== undefined) continue;
      open[result.from + at] = tally;
      this.#runs += tally.runs;
      this.#violated += tally.violated;
      this.#events += tally.events;
    }
    this.#waiting.set(range, open);
    if (isWhole(open) && !isBroken) this.#done += 1;
  }

  #fold(): void {
    for (;;) {
      const open = this.#waiting.get(this.#next);
      if (this.isComplete || open === undefined) return;
      if ("reason" in open) this.#broken.push(open);
      else if (!isWhole(open)) return;
      else this.#tallies = added(this.#tallies, open);
      this.#waiting.delete(this.#next);
      this.#next += 1;
      if (!("reason" in open) && closes(this.#spec, open)) this.#isClosed = true;
    }
  }
}

/** Whether no later range counts: the first violation ends a campaign that asks for that, and so does a doubt. */
export function closes(
  { untilFail, untilDoubt }: Pick<CampaignSpec, "untilFail" | "untilDoubt">,
  tallies: readonly (Tally | undefined)[],
): boolean {
  return tallies.some(
    (tally) =>
      tally !== undefined &&
      (((untilFail || untilDoubt) && tally.violated > 0) || (untilDoubt && tally.unknown > 0)),
  );
}

function isWhole(open: Open): boolean {
  return open.every((tally) => tally !== undefined);
}

function added(tallies: readonly Tally[], more: Open): readonly Tally[] {
  return tallies.map((tally, at) => joined(tally, more[at] ?? emptyTally));
}
