import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  type Consumer,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from "@nats-io/jetstream";
import { nanos, nuid, type NatsConnection } from "@nats-io/transport-node";
import { packedJson, unpackedJson } from "../campaign/bytes.ts";
import { parts, resultOf, type RangeResult } from "../campaign/result.ts";
import { insist, type OnRetry } from "./insist.ts";
import { STREAMS, SUBJECTS } from "./streams.ts";

/** Room for headers in a message. */
const HEADERS = 4096;

/** A reader that is gone is forgotten by the server after this time, in ms. */
const FORGOTTEN_MS = 5 * 60_000;

/** How many results one request asks for, and how long it waits for them, in ms. */
const BATCH = 256;
const WAIT_MS = 1000;

/** A message of the results. */
export type Stored = {
  /** Undefined for a message that is no result. */
  readonly result: RangeResult | undefined;
  /** When the server got it, in ms since 1970. */
  readonly at: number;
  readonly bytes: number;
};

/** Called with some results, in the order in which the server got them. `isAll`: these are all that there are now. */
export type OnResults = (stored: readonly Stored[], isAll: boolean) => boolean | Promise<boolean>;

/** The results of all campaigns. */
export class Results {
  readonly #connection: NatsConnection;
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;

  constructor(connection: NatsConnection, jsm: JetStreamManager) {
    this.#connection = connection;
    this.#js = jetstream(connection);
    this.#jsm = jsm;
  }

  /** Publishes the result of a range. It is on the server's disk when this resolves. */
  async put(id: string, result: RangeResult, onRetry?: OnRetry): Promise<void> {
    const most = (this.#connection.info?.max_payload ?? 1_048_576) - HEADERS;
    for (const { key, bytes } of parts(result, packedJson, most)) {
      const subject = SUBJECTS.result(id, key);
      const options = { msgID: `${id} ${key}` };
      await insist(() => this.#js.publish(subject, bytes, options), undefined, onRetry);
    }
  }

  /** Whether a range has a result, if that is one message. */
  async has(id: string, range: number): Promise<boolean> {
    const query = { last_by_subj: SUBJECTS.result(id, `${range}.0`) };
    const found = await insist(() => this.#jsm.streams.getMessage(STREAMS.results, query));
    const result = found === null ? undefined : resultOf(unpackedJson(found.data));
    return result?.type === "tallies";
  }

  /** Reads the results of a campaign: those that are there, and then those that come, until `onResults` returns false. */
  async read(id: string, onResults: OnResults, signal?: AbortSignal): Promise<void> {
    let next = 1;
    for (;;) {
      const start = next;
      const reader = await insist(() => this.#open(id, start), signal);
      let isAll = reader.pending === 0;
      let batch: readonly JsMsg[] | undefined = [];
      while (batch !== undefined) {
        if (!(await onResults(batch.map(stored), isAll)) || signal?.aborted === true) break;
        // The server may be away, and may have forgotten the reader: another one begins after the last result.
        batch = await batchOf(reader.consumer).catch(() => undefined);
        const last = batch?.at(-1);
        if (last !== undefined) next = last.seq + 1;
        isAll = last === undefined || last.info.pending === 0;
      }
      await this.#jsm.consumers.delete(STREAMS.results, reader.name).catch(() => false);
      if (batch !== undefined) return;
    }
  }

  /** Servers before 2.10 have no ordered consumers with a filter, so a reader has a name and an end. */
  async #open(
    id: string,
    next: number,
  ): Promise<{ readonly consumer: Consumer; readonly name: string; readonly pending: number }> {
    const name = `reader-${nuid.next()}`;
    const { num_pending } = await this.#jsm.consumers.add(STREAMS.results, {
      durable_name: name,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: next,
      filter_subject: SUBJECTS.result(id, ">"),
      inactive_threshold: nanos(FORGOTTEN_MS),
    });
    const consumer = await this.#js.consumers.get(STREAMS.results, name);
    return { consumer, name, pending: num_pending };
  }
}

/** What comes within the time of one request: ends early when there is no more now. */
async function batchOf(consumer: Consumer): Promise<readonly JsMsg[]> {
  const batch: JsMsg[] = [];
  const messages = await consumer.fetch({ max_messages: BATCH, expires: WAIT_MS });
  for await (const message of messages) {
    batch.push(message);
    if (message.info.pending === 0) break;
  }
  return batch;
}

function stored({ data, info }: JsMsg): Stored {
  return {
    result: resultOf(unpackedJson(data)),
    at: info.timestampNanos / 1e6,
    bytes: data.length,
  };
}
