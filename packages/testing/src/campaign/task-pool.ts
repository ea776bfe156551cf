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
import { ReportCounter, type CampaignProgress } from "./report-counter.ts";
import type { Tally } from "./tally.ts";
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

/**
 * Hands out the runs of a campaign one by one, and collects their reports.
 *
 * Reports count in the order of their tasks, not in the order of their arrival: a report waits for all earlier ones. So a
 * campaign that runs to its end has the same result with any number of jobs.
 */
export class TaskPool {
  readonly #seeds: Iterator<number, void, void>;
  readonly #counter: ReportCounter;
  /** One run of each round, with the number of earlier runs of its scenario in the round. */
  readonly #round: readonly { readonly scenario: number; readonly earlier: number }[];
  #seed: number | undefined;
  #handedOut = 0;
  #isEmpty = false;

  /** Makes a pool in which every task is still open. */
  constructor(options: PoolOptions) {
    checkOptions("TaskPool", POOL_OPTIONS, options, "options");
    const seeds = seedCount(options.seeds);
    this.#round = roundOf(options);
    const size = seeds === undefined ? undefined : seeds * this.#round.length;
    this.#counter = new ReportCounter(options, size);
    this.#seeds = seedsOf(options.seeds);
  }

  /** The progress. */
  get progress(): CampaignProgress {
    return this.#counter.progress;
  }

  /** The results of the runs that count, one tally per scenario. */
  get tallies(): readonly Tally[] {
    return this.#counter.tallies;
  }

  /** Whether no run in progress can change the tallies. */
  get isDecided(): boolean {
    return this.#counter.isClosed || (this.#isEmpty && this.#counter.counted === this.#handedOut);
  }

  /** Takes the next task; undefined when there is none. */
  take(): Task | undefined {
    // Tasks are handed out in order, so any new task would come after the last one that counts.
    if (this.#isEmpty || this.#counter.hasLast) return undefined;
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

  /** Like {@link take}: a task never has to be waited for. */
  async next(): Promise<Task | undefined> {
    return this.take();
  }

  /** Adds the report of a task. */
  put(report: RunReport): void {
    this.#counter.put(report);
  }

  /** Counts the reports that still wait for runs that will never end. */
  giveUp(): void {
    this.#counter.giveUp();
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
