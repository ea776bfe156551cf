import type { JsMsg } from "@nats-io/jetstream";
import type { Job, RunReport } from "@kontiki/testing";
import { unpackedJson } from "../campaign/bytes.ts";
import { closes } from "../campaign/fleet-tally.ts";
import type { WorkerName } from "../campaign/result.ts";
import { rangeCount, type CampaignSpec } from "../campaign/spec.ts";
import { unfolded, workOf } from "../campaign/work.ts";
import type { CampaignStore } from "../store/campaign-store.ts";
import type { SharedCorpus } from "../store/corpus.ts";
import type { OnRetry } from "../store/insist.ts";
import type { Results } from "../store/results.ts";
import type { WorkQueue } from "../store/work-queue.ts";
import { runRange, type RangeEnd } from "./run-range.ts";

/** What a server keeps, for a worker. */
export type Stores = {
  readonly campaigns: CampaignStore;
  readonly queue: WorkQueue;
  readonly results: Results;
  readonly corpus: SharedCorpus;
};

/** What a place needs of its worker. */
export type PlaceOptions = {
  readonly startJob: (spec: CampaignSpec) => Job;
  readonly onRun: (spec: CampaignSpec, report: RunReport) => void;
  /** Called with the reason before another try to tell the server what was done. */
  readonly onRetry: OnRetry;
  /** Ends what runs. */
  readonly signal: AbortSignal;
};

/** What became of a piece of work. */
export type Outcome = "unfolded" | "done" | "skipped" | "broken" | "returned" | "strange";

/** A worker that gives work back asks for it to wait so long before another one gets it, in ms. */
const RETRY_MS = 1000;

/** So often within the time of a redelivery a worker says that it is still at work. */
const SIGNS = 3;

/** One place at a worker: does one piece of work after another, runs on one thread. */
export class WorkPlace {
  readonly #stores: Stores;
  readonly #worker: WorkerName;
  readonly #startJob: (spec: CampaignSpec) => Job;
  readonly #onRun: (spec: CampaignSpec, report: RunReport) => void;
  readonly #onRetry: OnRetry;
  readonly #signal: AbortSignal;
  #held: JsMsg | undefined;
  #job: { readonly id: string; readonly job: Job } | undefined;
  #now: { readonly id: string; readonly abort: AbortController } | undefined;

  constructor(
    stores: Stores,
    worker: WorkerName,
    { startJob, onRun, onRetry, signal }: PlaceOptions,
  ) {
    this.#stores = stores;
    this.#worker = worker;
    this.#startJob = startJob;
    this.#onRun = onRun;
    this.#onRetry = onRetry;
    this.#signal = signal;
  }

  /** The id of the campaign of the range that runs here. */
  get campaign(): string | undefined {
    return this.#now?.id;
  }

  /** Ends the range that runs here, if any. */
  abort(): void {
    this.#now?.abort.abort();
  }

  /** Asks for what is held here to be given to others, without waiting for an answer. */
  release(): void {
    this.#held?.nak(0);
    this.#held = undefined;
  }

  /** Ends the thread. */
  async end(): Promise<void> {
    const { job } = this.#job ?? {};
    this.#job = undefined;
    await job?.kill();
  }

  /** Does a piece of work of a campaign, and acknowledges it when its result is on the server's disk. */
  async handle(spec: CampaignSpec, message: JsMsg): Promise<Outcome> {
    this.#held = message;
    const outcome = await this.#handle(spec, message);
    this.#held = undefined;
    return outcome;
  }

  async #handle(spec: CampaignSpec, message: JsMsg): Promise<Outcome> {
    const work = workOf(unpackedJson(message.data));
    if (work === undefined || work.code !== spec.code) return refuse(message);
    const { campaigns, queue } = this.#stores;
    const end = Math.min(rangeCount(spec), (await this.#closedAt(spec)) + 1);
    if (work.type === "more") {
      await queue.put(spec.id, unfolded(work, end), this.#onRetry);
      await acknowledge(message);
      return "unfolded";
    }
    if (work.range >= rangeCount(spec)) return refuse(message);
    if (work.range >= end || (await this.#isDone(spec, work.range, message))) {
      await acknowledge(message);
      return "skipped";
    }
    const { deliveryCount } = message.info;
    if (deliveryCount > spec.deliveries) {
      const reason = `it was given out ${spec.deliveries} times, and no worker brought a result`;
      return this.#giveUp(spec, work.range, reason, message);
    }
    const ended = await this.#run(spec, work.range, message);
    if (ended.type === "aborted") return giveBack(message, 0);
    if (ended.type === "broken")
      return deliveryCount === spec.deliveries
        ? this.#giveUp(spec, work.range, ended.reason, message)
        : giveBack(message, RETRY_MS);
    await this.#stores.corpus.put(spec.id, work.range, ended.kept, this.#onRetry);
    await this.#put(spec, work.range, ended);
    if (closes(spec, ended.tallies)) await campaigns.close(spec.id, work.range, this.#onRetry);
    await acknowledge(message);
    return "done";
  }

  /** The first violated range ends a campaign that is to end there. */
  async #closedAt({ id, untilFail, untilDoubt }: CampaignSpec): Promise<number> {
    return untilFail || untilDoubt ? this.#stores.campaigns.closedAt(id) : Infinity;
  }

  /** The worker before may have published its result, and died before it could acknowledge that. */
  async #isDone({ id }: CampaignSpec, range: number, { redelivered }: JsMsg): Promise<boolean> {
    return redelivered && (await this.#stores.results.has(id, range));
  }

  async #run(spec: CampaignSpec, range: number, message: JsMsg): Promise<RangeEnd> {
    const abort = new AbortController();
    this.#now = { id: spec.id, abort };
    const everyMs = (await this.#stores.queue.redeliverMs(spec.id)) / SIGNS;
    // From this thread, which is idle: the runs are on another.
    const signs = setInterval(() => message.working(), everyMs);
    try {
      const corpus = spec.guided ? await this.#stores.corpus.plans(spec.id) : [];
      const onRun = (report: RunReport): void => this.#onRun(spec, report);
      const job = await this.#jobOf(spec);
      const signal = AbortSignal.any([abort.signal, this.#signal]);
      const ended = await runRange(spec, range, { job, signal, corpus, onRun });
      if (ended.type !== "done") await this.end();
      return ended;
    } finally {
      clearInterval(signs);
      this.#now = undefined;
    }
  }

  async #put(spec: CampaignSpec, range: number, ended: RangeEnd & { type: "done" }): Promise<void> {
    const worker = this.#worker;
    const { tallies } = ended;
    const result = { type: "tallies", range, from: 0, tallies, worker } as const;
    await this.#stores.results.put(spec.id, result, this.#onRetry);
  }

  async #giveUp(
    { id }: CampaignSpec,
    range: number,
    reason: string,
    message: JsMsg,
  ): Promise<Outcome> {
    const worker = this.#worker;
    await this.#stores.results.put(id, { type: "broken", range, reason, worker }, this.#onRetry);
    await acknowledge(message);
    return "broken";
  }

  /** A thread loads the scenarios of one campaign, and is kept while its work goes on. */
  async #jobOf(spec: CampaignSpec): Promise<Job> {
    if (this.#job?.id === spec.id) return this.#job.job;
    await this.end();
    const job = this.#startJob(spec);
    this.#job = { id: spec.id, job };
    return job;
  }
}

/** An acknowledgement that is lost costs a repetition, whose result is dropped: so it is not insisted on. */
async function acknowledge(message: JsMsg): Promise<void> {
  await message.ackAck().catch(() => false);
}

function refuse(message: JsMsg): Outcome {
  // Without a reason: servers before 2.10 do not know it, and give the message out again.
  message.term();
  return "strange";
}

function giveBack(message: JsMsg, afterMs: number): Outcome {
  message.nak(afterMs);
  return "returned";
}
