import { KontikiError } from "@kontiki/actors";
import type { JetStreamManager } from "@nats-io/jetstream";
import { nuid, type NatsConnection } from "@nats-io/transport-node";
import { codeDigest } from "../campaign/code-digest.ts";
import { FleetTally } from "../campaign/fleet-tally.ts";
import { usualRange, type CampaignSpec } from "../campaign/spec.ts";
import { connectNats } from "../connection/connect.ts";
import { unlessRefused } from "../connection/unless-refused.ts";
import type { NatsOptions } from "../connection/options.ts";
import { nameProblem } from "../connection/subjects.ts";
import { CampaignStore } from "../store/campaign-store.ts";
import { SharedCorpus } from "../store/corpus.ts";
import { Results } from "../store/results.ts";
import { makeStreams, manager } from "../store/streams.ts";
import { WorkQueue } from "../store/work-queue.ts";
import { stateOf, type CampaignState, type Span } from "./campaign-state.ts";
import { askWorkers } from "./presence.ts";
import { travelling } from "./scenario-files.ts";
import type { Stores } from "./work-place.ts";
import type { WorkDone, WorkerReport, WorkOptions } from "./work-options.ts";
import { Worker } from "./worker.ts";

/** What a campaign on a fleet is to run. */
export type CampaignWanted = {
  /** Letters, digits, "-" and "_". */
  readonly name: string;
  /** Scenarios by name, with the path of a file or the name of a shipped one. */
  readonly scenarios: readonly { readonly name: string; readonly source: string }[];
  /** In which order they run with one seed. Default: each once. */
  readonly order?: readonly number[] | undefined;
  /** The first seed. */
  readonly first: number;
  /** How many seeds. */
  readonly count: number;
  /** How many seeds a worker takes at once. Default: ranges of at most 10,000 runs, and 200 ranges if there are as many seeds. */
  readonly perRange?: number | undefined;
  /** Whether the first violated run is the last that counts. */
  readonly untilFail?: boolean;
  /** Whether the first violated or unknown run is the last that counts. */
  readonly untilDoubt?: boolean;
  /** Whether ranges change plans that met something new, their own and those of other ranges. */
  readonly guided?: boolean;
  /** How often a range is given out before it counts as an error of the tool. Default: 10. */
  readonly deliveries?: number;
  /** After how long without a sign of life of its worker a range is given to another, in ms. Default: 30,000. */
  readonly redeliverMs?: number | undefined;
  /** On how many servers of a NATS cluster everything is kept. Default: 1. */
  readonly replicas?: number;
};

const DELIVERIES = 10;
const REDELIVER_MS = 30_000;

/**
 * Campaigns on a fleet of workers: a server of NATS keeps the work and the results, and any process that reaches it can start
 * campaigns, work on them, and read what they found.
 */
export class Fleet {
  readonly #connection: NatsConnection;
  readonly #jsm: JetStreamManager;
  readonly #stores: Stores;

  private constructor(connection: NatsConnection, jsm: JetStreamManager) {
    this.#connection = connection;
    this.#jsm = jsm;
    this.#stores = {
      campaigns: new CampaignStore(connection, jsm),
      queue: new WorkQueue(connection, jsm),
      results: new Results(connection, jsm),
      corpus: new SharedCorpus(connection),
    };
  }

  /**
   * Connects to a server.
   *
   * @throws KontikiError if no server answers, or it refuses the credentials, or it has no JetStream.
   */
  static async open(options: NatsOptions): Promise<Fleet> {
    const connection = await connectNats(options);
    try {
      return new Fleet(connection, await manager(connection));
    } catch (thrown) {
      await connection.close();
      throw thrown;
    }
  }

  /**
   * Starts a campaign. The server has all of it when this resolves: no process has to stay.
   *
   * @throws KontikiError for a name that another campaign has.
   */
  async start(wanted: CampaignWanted): Promise<CampaignState> {
    const wrong = nameProblem(wanted.name);
    if (wrong !== undefined) throw new KontikiError(wrong);
    const spec = specFor(wanted);
    const replicas = wanted.replicas ?? 1;
    await makeStreams(this.#jsm, replicas);
    const { queue, corpus, campaigns } = this.#stores;
    if (spec.guided) await corpus.make(spec.id, replicas);
    // Workers see the campaign when its work is there: a campaign without work would be finished.
    await queue.open(spec.id, spec.code, wanted.redeliverMs ?? REDELIVER_MS);
    try {
      await campaigns.add(spec);
    } catch (thrown) {
      await queue.remove(spec.id);
      if (spec.guided) await corpus.remove(spec.id);
      throw thrown;
    }
    return stateOf(spec, new FleetTally(spec), NO_SPAN);
  }

  /** The names of the campaigns on this server. */
  async names(): Promise<readonly string[]> {
    return this.#stores.campaigns.names();
  }

  /** All that is known of a campaign now. @throws KontikiError for a name that no campaign has. */
  async state(name: string): Promise<CampaignState> {
    let found: CampaignState | undefined;
    await this.watch(name, (state) => {
      found = state;
      return false;
    });
    return found ?? this.#none(name);
  }

  /**
   * Follows a campaign: calls `onState` with what is known, and again after each change and each second, until it returns
   * false or `signal` aborts.
   *
   * @throws KontikiError for a name that no campaign has.
   */
  async watch(
    name: string,
    onState: (state: CampaignState) => boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    const { campaigns, results } = this.#stores;
    const spec = (await campaigns.find(name)) ?? (await this.#none(name));
    const tally = new FleetTally(spec);
    let span: Span = NO_SPAN;
    let { state } = spec;
    const onResults: Parameters<Results["read"]>[1] = async (stored, isAll) => {
      for (const { result, at, bytes } of stored) {
        tally.add(result);
        const { first = at } = span;
        span = { first, last: at, bytes: span.bytes + bytes };
      }
      if (!isAll) return true;
      const now = await campaigns.find(name).catch(() => undefined);
      if (now?.id === spec.id) ({ state } = now);
      return onState(stateOf({ ...spec, state }, tally, span));
    };
    await results.read(spec.id, onResults, signal);
  }

  /** The workers at work on a campaign now. */
  async workers(id: string): Promise<readonly WorkerReport[]> {
    return askWorkers(this.#connection, id);
  }

  /** Stops a campaign: its results stay, and no worker continues. */
  async stop(name: string): Promise<void> {
    const { campaigns, queue } = this.#stores;
    const spec = (await campaigns.find(name)) ?? (await this.#none(name));
    await campaigns.end(spec, "stopped");
    await queue.remove(spec.id);
  }

  /** Stops a campaign, and removes its results from the server. */
  async remove(name: string): Promise<void> {
    const { campaigns, corpus } = this.#stores;
    const spec = (await campaigns.find(name)) ?? (await this.#none(name));
    await this.stop(name);
    await campaigns.remove(spec);
    if (spec.guided) await corpus.remove(spec.id);
  }

  /**
   * Works on campaigns, as many runs at once as there are jobs.
   *
   * @throws KontikiError if the server does not let this user do what a worker must. All threads have ended then.
   */
  async work(options: WorkOptions): Promise<WorkDone> {
    const me = { code: codeDigest(), id: nuid.next() };
    return unlessRefused(this.#connection, options.signal, async (signal) =>
      new Worker(this.#connection, this.#stores, me, { ...options, signal }).work(),
    );
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #none(name: string): Promise<never> {
    const names = await this.names();
    const hint = names.length === 0 ? "there is none" : `there are ${names.join(", ")}`;
    throw new KontikiError(`there is no campaign ${name} on this server: ${hint}`);
  }
}

const NO_SPAN: Span = { first: undefined, last: undefined, bytes: 0 };

function specFor(wanted: CampaignWanted): CampaignSpec {
  const { name, scenarios, first, count } = wanted;
  const order = wanted.order ?? scenarios.map((_scenario, at) => at);
  return {
    id: nuid.next(),
    name,
    code: codeDigest(),
    scenarios: scenarios.map((scenario) => travelling(scenario.name, scenario.source)),
    order,
    first,
    count,
    perRange: wanted.perRange ?? usualRange(count, order.length),
    untilFail: wanted.untilFail ?? false,
    untilDoubt: wanted.untilDoubt ?? false,
    guided: wanted.guided ?? false,
    deliveries: wanted.deliveries ?? DELIVERIES,
    state: "running",
  };
}
