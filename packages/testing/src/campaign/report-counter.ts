import { emptyTally, withReport, type Tally } from "./tally.ts";
import type { RunReport } from "./task.ts";

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

type Ends = { readonly untilFail: boolean; readonly untilDoubt?: boolean | undefined };

/** Counts reports in the order of their tasks: a report waits for all earlier ones. */
export class ReportCounter {
  readonly #ends: Ends;
  readonly #waiting = new Map<number, RunReport>();
  #tallies: readonly Tally[];
  #counted = 0;
  #progress: CampaignProgress;
  #hasLast = false;
  #isClosed = false;

  constructor({ scenarios, ...ends }: Ends & { readonly scenarios: number }, size?: number) {
    this.#ends = ends;
    this.#progress = { done: 0, size, violated: 0, events: 0 };
    this.#tallies = Array.from({ length: scenarios }, () => emptyTally);
  }

  get progress(): CampaignProgress {
    return this.#progress;
  }

  get tallies(): readonly Tally[] {
    return this.#tallies;
  }

  /** How many reports were counted. */
  get counted(): number {
    return this.#counted;
  }

  /** Whether a run has ended after which no other counts. */
  get hasLast(): boolean {
    return this.#hasLast;
  }

  /** Whether it was counted. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

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
    if (this.#isClosed) return;
    this.#tallies = this.#tallies.map((tally, scenario) =>
      scenario === report.task.scenario ? withReport(tally, report) : tally,
    );
    if (this.#isLast(report)) this.#isClosed = true;
  }

  /** Whether no later run counts. */
  #isLast({ verdict }: RunReport): boolean {
    const { untilFail, untilDoubt = false } = this.#ends;
    return (
      (verdict === "violated" && (untilFail || untilDoubt)) || (verdict === "unknown" && untilDoubt)
    );
  }
}
