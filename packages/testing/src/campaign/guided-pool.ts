import { Chance } from "../chance.ts";
import { Guide, type KeptPlan } from "./guide.ts";
import { ReportCounter, type CampaignProgress } from "./report-counter.ts";
import { SEEDS } from "./seeds.ts";
import type { Tally } from "./tally.ts";
import { TaskPool, type PoolOptions } from "./task-pool.ts";
import type { RunReport, Task } from "./task.ts";

/** What a guided campaign begins with, and what it reports. */
export type Guided = {
  /** Plans of earlier campaigns: they run first. */
  readonly corpus: readonly KeptPlan[];
  /** Called for each plan that met something new. */
  readonly onKept?: (kept: KeptPlan) => void;
};

/** Runs of a generation: its plans are chosen from what all earlier generations met. */
const GENERATION = 32;

/**
 * The share of plans that no change was made to: they are new seeds. With a quarter, what was met less often grew no more, and
 * fewer different situations were met.
 */
const FRESH = 1 / 2;

/** The most changes of one plan. */
const CHANGES_MAX = 24;

type Chosen = Omit<Task, "number">;

/**
 * Hands out the runs of a guided campaign. It keeps plans that met something new, and spends most runs on changes of them.
 *
 * A generation is chosen when the one before it has ended, so neither the plans nor the result depend on the number of
 * jobs. A campaign has as many runs as one that is not guided has with the same seeds.
 */
export class GuidedPool {
  readonly #guided: Guided;
  readonly #fresh: TaskPool;
  readonly #counter: ReportCounter;
  readonly #guide = new Guide();
  readonly #chance: Chance;
  #generation = 0;
  /** What is still to be handed out of this generation, and the reports of it. */
  #open: Chosen[] = [];
  #reports: RunReport[] = [];
  #corpus: readonly KeptPlan[];
  #running = 0;
  #handedOut = 0;
  #isEmpty = false;
  #waiting: (() => void)[] = [];

  constructor(options: PoolOptions, guided: Guided) {
    this.#guided = guided;
    this.#corpus = guided.corpus;
    this.#fresh = new TaskPool(options);
    this.#counter = new ReportCounter(options, this.#fresh.progress.size);
    const { first, shard } = options.seeds;
    this.#chance = new Chance(first).fork(`guided ${shard?.index ?? 1}`);
  }

  get progress(): CampaignProgress {
    return this.#counter.progress;
  }

  get tallies(): readonly Tally[] {
    return this.#counter.tallies;
  }

  get isDecided(): boolean {
    return this.#counter.isClosed || (this.#isEmpty && this.#counter.counted === this.#handedOut);
  }

  /** The next task, as soon as there is one; undefined when there is none. */
  async next(): Promise<Task | undefined> {
    for (;;) {
      if (this.#counter.hasLast || this.#isEmpty) return undefined;
      if (this.#open.length === 0 && this.#running === 0) this.#begin();
      const chosen = this.#isEmpty ? undefined : this.#open.shift();
      if (chosen !== undefined) {
        const task = { ...chosen, number: this.#handedOut };
        this.#handedOut += 1;
        this.#running += 1;
        return task;
      }
      if (this.#isEmpty) continue;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Adds the report of a task. */
  put(report: RunReport): void {
    this.#counter.put(report);
    this.#reports.push(report);
    this.#running -= 1;
    if (this.#running > 0 && !this.#counter.hasLast) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Counts the reports that still wait for runs that will never end. */
  giveUp(): void {
    this.#counter.giveUp();
    this.#learn();
  }

  /** Learns from the generation that has ended, and chooses the next one. */
  #begin(): void {
    this.#learn();
    const left = (this.#fresh.progress.size ?? Infinity) - this.#handedOut;
    const count = Math.min(GENERATION, left);
    const chance = this.#chance.fork(String(this.#generation));
    this.#generation += 1;
    const choose = this.#guide.chooser();
    for (let at = 0; at < count; at += 1) {
      const next = this.#known() ?? this.#chosen(choose, chance);
      if (next !== undefined) this.#open.push(next);
    }
    if (this.#open.length === 0) this.#isEmpty = true;
  }

  /** In the order of the tasks, whichever ended first. */
  #learn(): void {
    const reports = this.#reports.toSorted((one, other) => one.task.number - other.task.number);
    this.#reports = [];
    for (const report of reports) {
      const kept = this.#guide.learn(report);
      if (kept !== undefined) this.#guided.onKept?.(kept);
    }
  }

  #known(): Chosen | undefined {
    const [next, ...rest] = this.#corpus;
    this.#corpus = rest;
    return next;
  }

  #chosen(choose: ReturnType<Guide["chooser"]>, chance: Chance): Chosen | undefined {
    const isFresh = choose === undefined || chance.happens(FRESH);
    const fresh = isFresh ? this.#fresh.take() : undefined;
    if (fresh !== undefined) return { scenario: fresh.scenario, seed: fresh.seed };
    const { scenario, seed, changes } = choose?.(chance) ?? {};
    if (scenario === undefined || seed === undefined || changes === undefined) return undefined;
    const more = Array.from({ length: chance.between(1, 3) }, () => chance.below(SEEDS));
    return { scenario, seed, changes: [...changes, ...more].slice(-CHANGES_MAX) };
  }
}
