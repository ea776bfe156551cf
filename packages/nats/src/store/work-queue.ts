import {
  AckPolicy,
  jetstream,
  type Consumer,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { nanos, type NatsConnection } from "@nats-io/transport-node";
import { setTimeout as after } from "node:timers/promises";
import { packedJson } from "../campaign/bytes.ts";
import { firstWork, type Queued } from "../campaign/work.ts";
import { insist, type OnRetry } from "./insist.ts";
import { STREAMS, SUBJECTS } from "./streams.ts";

/** More than any fleet has: each of its jobs holds one range. */
const HELD_MAX = 100_000;

/** How long one request for work waits at the server, in ms; the least that it allows. */
const WAIT_MS = 1000;

/** How long after a first look at a queue that seems to be empty it is looked at again, in ms. */
const LOOK_MS = 250;

/** The ranges of all campaigns that wait for a worker. */
export class WorkQueue {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #consumers = new Map<string, Consumer>();

  constructor(connection: NatsConnection, jsm: JetStreamManager) {
    this.#js = jetstream(connection);
    this.#jsm = jsm;
  }

  /** Begins the queue of a campaign. Work that is not acknowledged in this time is given out again. */
  async open(id: string, code: string, redeliverMs: number): Promise<void> {
    await this.#jsm.consumers.add(STREAMS.work, {
      durable_name: id,
      filter_subject: SUBJECTS.work(id),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(redeliverMs),
      max_ack_pending: HELD_MAX,
      max_waiting: HELD_MAX,
    });
    await this.put(id, [firstWork(code)]);
  }

  /** Adds work, each piece once. */
  async put(id: string, work: readonly Queued[], onRetry?: OnRetry): Promise<void> {
    for (const queued of work) {
      const options = { msgID: `${id} ${queued.id}` };
      const bytes = packedJson(queued.work);
      await insist(() => this.#js.publish(SUBJECTS.work(id), bytes, options), undefined, onRetry);
    }
  }

  /** Takes one piece of work, as soon as there is one within a second. */
  async take(id: string): Promise<JsMsg | undefined> {
    const consumer = await this.#consumer(id);
    return (await consumer?.next({ expires: WAIT_MS })) ?? undefined;
  }

  /**
   * Whether nothing is left: no work waits, and none is held. It looks twice, because a consumer counts nothing for a moment after a
   * restart of the server.
   */
  async isEmpty(id: string): Promise<boolean> {
    if (!(await this.#countsNothing(id))) return false;
    await after(LOOK_MS);
    return this.#countsNothing(id);
  }

  async #countsNothing(id: string): Promise<boolean> {
    const info = await this.#jsm.consumers.info(STREAMS.work, id);
    return info.num_pending === 0 && info.num_ack_pending === 0;
  }

  /** How long work may go without a sign of life before it is given out again, in ms. */
  async redeliverMs(id: string): Promise<number> {
    const { config } = await insist(() => this.#jsm.consumers.info(STREAMS.work, id));
    return (config.ack_wait ?? nanos(30_000)) / 1e6;
  }

  /** Removes the queue of a campaign, and all work in it. */
  async remove(id: string): Promise<void> {
    this.#consumers.delete(id);
    await this.#jsm.streams.purge(STREAMS.work, { filter: SUBJECTS.work(id) });
    await this.#jsm.consumers.delete(STREAMS.work, id).catch(() => false);
  }

  async #consumer(id: string): Promise<Consumer | undefined> {
    const known = this.#consumers.get(id);
    if (known !== undefined) return known;
    const found = await this.#js.consumers.get(STREAMS.work, id).catch(() => undefined);
    if (found !== undefined) this.#consumers.set(id, found);
    return found;
  }
}
