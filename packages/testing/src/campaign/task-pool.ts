import { seedCount, seedsOf, type SeedRange } from "./seeds.ts";
import { emptyTally, withReport, type Tally } from "./tally.ts";
import type { RunReport, Task } from "./task.ts";

/** What a pool hands out. */
export type PoolOptions = {
  /** How many scenarios. Each seed is tried with all of them before the next seed is. */
  readonly scenarios: number;
  /** Which seeds. */
  readonly seeds: SeedRange;
  /** Whether the first run that violates something is the last one that counts. */
  readonly untilFail: boolean;
};

/** How far a campaign is. */
export type CampaignProgress = {
  /** Runs that have ended, whether they count yet or not. */
  readonly done: number;
  /** How many there are to be; undefined where there is no end. */
  readonly size: number | undefined;
  /** How many of those that have ended violated something. */
  readonly violated: number;
  /** Deliveries, timers and disk completions of all that have ended. */
  readonly events: number;
};

/**
 * The runs of a campaign, handed out one by one and taken in as they end.
 *
 * Reports count in the order of their tasks, whatever the order in which they come: a report waits until those before
 * it are there. So a campaign that runs to its end gives the same result with any number of jobs.
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

  /** A pool of which nothing is handed out yet. */
  constructor(options: PoolOptions) {
    this.#options = options;
    const seeds = seedCount(options.seeds);
    const size = seeds === undefined ? undefined : seeds * options.scenarios;
    this.#progress = { done: 0, size, violated: 0, events: 0 };
    this.#seeds = seedsOf(options.seeds);
    this.#tallies = Array.from({ length: options.scenarios }, () => emptyTally);
  }

  /** How far it is. */
  get progress(): CampaignProgress {
    return this.#progress;
  }

  /** What came of the runs that count, a tally for each scenario. */
  get tallies(): readonly Tally[] {
    return this.#tallies;
  }

  /** Whether nothing that is still under way can change the tallies. */
  get isDecided(): boolean {
    return this.#hasFailed || (this.#isEmpty && this.#counted === this.#handedOut);
  }

  /** The next run; undefined when there is none. */
  take(): Task | undefined {
    const { scenarios, untilFail } = this.#options;
    // Tasks are handed out in order, so one after a violation could only come after it.
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

  /** Takes in the report of a task that was handed out. */
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

  /** Counts what waits for runs that will not end any more. */
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
