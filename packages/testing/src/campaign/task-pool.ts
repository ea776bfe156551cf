import {
  checkOptions,
  fields,
  flag,
  listOf,
  needed,
  whole,
  type Schema,
} from "@kontiki/actors/node";
import { SEED_RANGE, nthSeed, seedCount, seedsOf, type SeedRange } from "./seeds.ts";
import { emptyTally, withReport, type Tally } from "./tally.ts";
import type { RunReport, Task } from "./task.ts";

/** Options of a pool. */
export type PoolOptions = {
  /** The number of scenarios. Each seed is tried with all scenarios before the next seed. */
  readonly scenarios: number;
  /**
   * The positions of the scenarios in the order in which they run with one seed. Default: each once. A scenario that is there
   * several times runs with other seeds then, which follow from the first: see `nthSeed`.
   */
  readonly order?: readonly number[] | undefined;
  /** Which seeds. */
  readonly seeds: SeedRange;
  /** Whether the first violated run is the last one that counts. */
  readonly untilFail: boolean;
  /** Whether the first run that is violated or unknown is the last one that counts. Default: false. */
  readonly untilDoubt?: boolean | undefined;
};

export const POOL_OPTIONS: Schema<PoolOptions> = {
  scenarios: needed(whole(1)),
  seeds: needed(fields(SEED_RANGE)),
  untilFail: needed(flag),
  untilDoubt: flag,
  order: listOf(whole(0), "a list of positions of scenarios"),
};

/** Progress of a campaign. */
export type CampaignProgress = {
  /** Runs that have ended, including those that do not count yet. */
  readonly done: number;
  /** Runs in total; undefined when there is no end. */
  readonly size: number | undefined;
  /** Ended runs that violated a check. */
  readonly violated: number;
  /** Deliveries, timers and disk completions of the ended runs. */
  readonly events: number;
};

/**
 * Hands out the runs of a campaign one by one, and collects their reports.
 *
 * Reports count in the order of their tasks, not in the order of their arrival: a report waits for all earlier ones. So a
 * campaign that runs to its end has the same result with any number of jobs.
 */
export class TaskPool {
  readonly #options: PoolOptions;
  readonly #seeds: Iterator<number, void, void>;
  readonly #waiting = new Map<number, RunReport>();
  /** One run of each round, with the number of earlier runs of its scenario in the round. */
  readonly #round: readonly { readonly scenario: number; readonly earlier: number }[];
  #tallies: readonly Tally[];
  #seed: number | undefined;
  #handedOut = 0;
  #counted = 0;
  #progress: CampaignProgress;
  /** Whether a run has ended after which no other counts, and whether it was counted. */
  #hasLast = false;
  #hasFailed = false;
  #isEmpty = false;

  /** Makes a pool in which every task is still open. */
  constructor(options: PoolOptions) {
    checkOptions("TaskPool", POOL_OPTIONS, options, "options");
    this.#options = options;
    const seeds = seedCount(options.seeds);
    this.#round = roundOf(options);
    const size = seeds === undefined ? undefined : seeds * this.#round.length;
    this.#progress = { done: 0, size, violated: 0, events: 0 };
    this.#seeds = seedsOf(options.seeds);
    this.#tallies = Array.from({ length: options.scenarios }, () => emptyTally);
  }

  /** The progress. */
  get progress(): CampaignProgress {
    return this.#progress;
  }

  /** The results of the runs that count, one tally per scenario. */
  get tallies(): readonly Tally[] {
    return this.#tallies;
  }

  /** Whether no run in progress can change the tallies. */
  get isDecided(): boolean {
    return this.#hasFailed || (this.#isEmpty && this.#counted === this.#handedOut);
  }

  /** Takes the next task; undefined when there is none. */
  take(): Task | undefined {
    // Tasks are handed out in order, so any new task would come after the last one that counts.
    if (this.#isEmpty || this.#hasLast) return undefined;
    const place = this.#handedOut % this.#round.length;
    if (place === 0) this.#seed = this.#seeds.next().value ?? undefined;
    const next = this.#round[place];
    if (this.#seed === undefined || next === undefined) {
      this.#isEmpty = true;
      return undefined;
    }
    const { scenario, earlier } = next;
    const task = { number: this.#handedOut, scenario, seed: nthSeed(this.#seed, earlier) };
    this.#handedOut += 1;
    return task;
  }

  /** Adds the report of a task. */
  put(report: RunReport): void {
    const { done, size, violated, events } = this.#progress;
    this.#progress = {
      done: done + 1,
      size,
      violated: violated + (report.verdict === "violated" ? 1 : 0),
      events: events + report.events,
    };
    if (this.#isLast(report)) this.#hasLast = true;
    this.#waiting.set(report.task.number, report);
    for (;;) {
      const next = this.#waiting.get(this.#counted);
      if (next === undefined) break;
      this.#waiting.delete(this.#counted);
      this.#counted += 1;
      this.#count(next);
    }
  }

  /** Counts the reports that still wait for runs that will never end. */
  giveUp(): void {
    const left = [...this.#waiting.values()].toSorted((a, b) => a.task.number - b.task.number);
    this.#waiting.clear();
    for (const report of left) this.#count(report);
  }

  #count(report: RunReport): void {
    if (this.#hasFailed) return;
    this.#tallies = this.#tallies.map((tally, scenario) =>
      scenario === report.task.scenario ? withReport(tally, report) : tally,
    );
    if (this.#isLast(report)) this.#hasFailed = true;
  }

  /** Whether no later run counts. */
  #isLast({ verdict }: RunReport): boolean {
    const { untilFail, untilDoubt = false } = this.#options;
    return (
      (verdict === "violated" && (untilFail || untilDoubt)) || (verdict === "unknown" && untilDoubt)
    );
  }
}

function roundOf({ scenarios, order }: PoolOptions): readonly {
  readonly scenario: number;
  readonly earlier: number;
}[] {
  const all = order ?? Array.from({ length: scenarios }, (_none, at) => at);
  return all.map((scenario, at) => ({
    scenario,
    earlier: all.slice(0, at).filter((other) => other === scenario).length,
  }));
}
