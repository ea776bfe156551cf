import type { JsMsg } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import type { Job } from "@kontiki/testing";
import { setTimeout as after } from "node:timers/promises";
import type { WorkerName } from "../campaign/result.ts";
import type { CampaignSpec } from "../campaign/spec.ts";
import { Patience } from "./patience.ts";
import { answerAsks } from "./presence.ts";
import { RateMeter } from "./rate-meter.ts";
import { RunningCampaigns } from "./running-campaigns.ts";
import { ScenarioFiles } from "./scenario-files.ts";
import { serverTrouble, SILENT } from "./server-trouble.ts";
import type { WorkDone, WorkerReport, WorkOptions } from "./work-options.ts";
import { WorkPlace, type Outcome, type Stores } from "./work-place.ts";

/** How long to wait for a campaign when none has work, in ms. */
const IDLE_MS = 500;

/** How long the server may take to answer after an interruption, in ms. What it does not know then is given out again. */
const END_MS = 3000;

/** How long what is given back may take to leave, in ms. */
const FLUSH_MS = 500;

/** Takes ranges of all campaigns on a server, and runs them. */
export class Worker {
  readonly #stores: Stores;
  readonly #code: string;
  readonly #options: WorkOptions;
  readonly #me: WorkerName;
  readonly #connection: NatsConnection;
  readonly #files = new ScenarioFiles();
  /** By the ids of campaigns: what a job loads, or why this worker refuses. */
  readonly #sources = new Map<string, readonly string[] | string>();
  readonly #refused = new Set<string>();
  readonly #runs = new Map<string, number>();
  readonly #rate = new RateMeter();
  readonly #counts: Record<Outcome, number> = {
    unfolded: 0,
    done: 0,
    skipped: 0,
    broken: 0,
    returned: 0,
    strange: 0,
  };
  readonly #places: readonly WorkPlace[];
  /** Whether it is known that the server does not take results now. */
  #isTroubled = false;

  /** `code` is the digest of this worker's packages, `id` distinguishes it from all others. */
  constructor(
    connection: NatsConnection,
    stores: Stores,
    { code, id }: { readonly code: string; readonly id: string },
    options: WorkOptions,
  ) {
    this.#connection = connection;
    this.#stores = stores;
    this.#code = code;
    this.#options = options;
    this.#me = { id, host: options.host, pid: process.pid, jobs: options.jobs };
    const place = {
      startJob: (spec: CampaignSpec) => this.#startJob(spec),
      onRun: (spec: CampaignSpec) => this.#count(spec),
      onRetry: (thrown: unknown) => this.#onRetry(thrown),
      signal: options.signal,
    };
    this.#places = Array.from(
      { length: options.jobs },
      () => new WorkPlace(stores, this.#me, place),
    );
  }

  /**
   * Works until `signal` aborts, or until nothing is left if so asked. After an abort it waits for the server for a few
   * seconds at most. All threads have ended when it resolves.
   */
  async work(): Promise<WorkDone> {
    const campaigns = new RunningCampaigns(this.#connection, this.#stores.campaigns, {
      onChange: () => this.#abortStopped(campaigns),
      onSilence: () => this.#tell(SILENT),
    });
    const answers = answerAsks(this.#connection, (id) => this.#reportOf(id));
    const patience = new Patience(this.#options.signal, END_MS);
    await Promise.race([this.#occupyAll(campaigns), patience.ended]);
    if (patience.hasEnded) await this.#release();
    patience.stop();
    await Promise.all(this.#places.map((place) => place.end()));
    campaigns.end();
    answers.unsubscribe();
    this.#files.remove();
    const runs = [...this.#runs.values()].reduce((sum, some) => sum + some, 0);
    const { done: ranges, broken } = this.#counts;
    return { ranges, runs, broken, refused: [...this.#refused].toSorted() };
  }

  async #occupyAll(campaigns: RunningCampaigns): Promise<void> {
    await campaigns.look();
    await Promise.all(this.#places.map((place) => this.#occupy(place, campaigns)));
  }

  /** Gives back what is held, as far as the server takes that. */
  async #release(): Promise<void> {
    for (const place of this.#places) place.release();
    const flushed = this.#connection.flush().catch(() => undefined);
    await Promise.race([flushed, after(FLUSH_MS)]);
  }

  #onRetry(thrown: unknown): void {
    const trouble = serverTrouble(thrown);
    if (trouble !== undefined) this.#tell(trouble);
  }

  #tell(trouble: string): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#options.onNote?.(trouble);
  }

  async #occupy(place: WorkPlace, campaigns: RunningCampaigns): Promise<void> {
    const { signal, untilIdle = false } = this.#options;
    while (!signal.aborted) {
      const mine = campaigns.all.filter((spec) => this.#accepts(spec));
      let found = false;
      for (const spec of mine)
        if (!signal.aborted) found = (await this.#take(place, spec, campaigns)) || found;
      if (found) continue;
      if (untilIdle) await campaigns.look();
      if (untilIdle && !campaigns.all.some((spec) => this.#accepts(spec))) return;
      await after(IDLE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Does one piece of work of a campaign. @returns whether there was any. */
  async #take(place: WorkPlace, spec: CampaignSpec, campaigns: RunningCampaigns): Promise<boolean> {
    const message = await this.#next(spec, campaigns);
    if (message !== undefined) {
      const outcome = await place.handle(spec, message);
      this.#counts[outcome] += 1;
      if (outcome === "done") this.#isTroubled = false;
      if (message.info.pending > 0) return true;
    }
    await this.#finishIfEmpty(spec);
    return message !== undefined;
  }

  /** Waits for work, until there is some, or for a moment, or until the campaign has ended. */
  #next({ id }: CampaignSpec, campaigns: RunningCampaigns): Promise<JsMsg | undefined> {
    return new Promise((resolve) => {
      const off = campaigns.onEnd(id, () => resolve(undefined));
      const take = async (): Promise<void> => {
        const message = await this.#stores.queue.take(id).catch(() => undefined);
        off();
        resolve(message);
      };
      void take();
    });
  }

  /** Each piece of work is acknowledged after its results are there, and after what follows from it is in the queue. */
  async #finishIfEmpty(spec: CampaignSpec): Promise<void> {
    const isEmpty = await this.#stores.queue.isEmpty(spec.id).catch(() => false);
    if (isEmpty)
      await this.#stores.campaigns.end(spec, "finished", (thrown) => this.#onRetry(thrown));
  }

  /** Whether this worker can run a campaign: another version of the code could give other results. */
  #accepts(spec: CampaignSpec): boolean {
    let sources = this.#sources.get(spec.id);
    if (sources === undefined) {
      sources = this.#sourcesOf(spec);
      this.#sources.set(spec.id, sources);
      if (typeof sources === "string") this.#refuse(spec, sources);
    }
    return typeof sources !== "string";
  }

  #sourcesOf(spec: CampaignSpec): readonly string[] | string {
    if (spec.code === this.#code) return this.#files.sources(spec);
    return `it needs the code ${spec.code}, and this worker has ${this.#code}: install the version that started it`;
  }

  #refuse({ name }: CampaignSpec, why: string): void {
    this.#refused.add(name);
    this.#options.onNote?.(`refused campaign ${name}: ${why}`);
  }

  #startJob({ id }: CampaignSpec): Job {
    const sources = this.#sources.get(id);
    const scenarios = typeof sources === "string" ? [] : (sources ?? []);
    return this.#options.startJob({ engine: "simulation", scenarios, pages: false });
  }

  #count({ id }: CampaignSpec): void {
    this.#runs.set(id, (this.#runs.get(id) ?? 0) + 1);
    this.#rate.count();
  }

  #abortStopped(campaigns: RunningCampaigns): void {
    const running = new Set(campaigns.all.map(({ id }) => id));
    for (const place of this.#places)
      if (place.campaign !== undefined && !running.has(place.campaign)) place.abort();
  }

  #reportOf(id: string): WorkerReport | undefined {
    const runs = this.#runs.get(id) ?? 0;
    const busy = this.#places.filter(({ campaign }) => campaign === id).length;
    if (busy === 0 && runs === 0) return undefined;
    return { ...this.#me, busy, runs, perSecond: this.#rate.perSecond };
  }
}
