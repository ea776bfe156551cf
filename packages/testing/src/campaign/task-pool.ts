import { checkOptions, fields, flag, needed, whole, type Schema } from "@kontiki/actors/node";
import { SEED_RANGE, seedCount, seedsOf, type SeedRange } from "./seeds.ts";
import { emptyTally, withReport, type Tally } from "./tally.ts";
import type { RunReport, Task } from "./task.ts";

/** Options of a pool. */
export type PoolOptions = {
  /** The number of scenarios. Each seed is tried with all scenarios before the next seed. */
  readonly scenarios: number;
  /** Which seeds. */
  readonly seeds: SeedRange;
  /** Whether the first violated run is the last one that counts. */
  readonly untilFail: boolean;
};

export const POOL_OPTIONS: Schema<PoolOptions> = {
  scenarios: needed(whole(1)),
  seeds: needed(fields(SEED_RANGE)),
  untilFail: needed(flag),
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
  #tallies: readonly Tally[];
  #seed: number | undefined;
  #handedOut = 0;
  #counted = 0;
  #progress: CampaignProgress;
  #hasFailed = false;
  #isEmpty = false;

  /** Makes a pool in which every task is still open. */
  constructor(options: PoolOptions) {
    checkOptions("TaskPool", POOL_OPTIONS, options, "options");
    this.#options = options;
    const seeds = seedCount(options.seeds);
    const size = seeds === undefined ? undefined : seeds * options.scenarios;
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
    const { scenarios, untilFail } = this.#options;
    // Tasks are handed out in order, so any new task would come after the violation.
    if (this.#isEmpty || (untilFail && this.#progress.violated > 0)) return undefined;
    const scenario = this.#handedOut % scenarios;
    if (scenario === 0) this.#seed = this.#seeds.next().value ?? undefined;
    if (this.#seed === undefined) {
      this.#isEmpty = true;
      return undefined;
    }
    const task = { number: this.#handedOut, scenario, seed: this.#seed };
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
    if (this.#options.untilFail && report.verdict === "violated") this.#hasFailed = true;
  }
}
