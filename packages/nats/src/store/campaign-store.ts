import { KontikiError } from "@kontiki/actors";
import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { packedJson, unpackedJson } from "../campaign/bytes.ts";
import { specOf, type CampaignSpec } from "../campaign/spec.ts";
import { insist, type OnRetry } from "./insist.ts";
import { hasStreams, STREAMS, SUBJECTS } from "./streams.ts";

/** What the server keeps of each campaign, apart from work and results. */
export class CampaignStore {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  #isThere = false;

  constructor(connection: NatsConnection, jsm: JetStreamManager) {
    this.#js = jetstream(connection);
    this.#jsm = jsm;
  }

  /** Adds a campaign. @throws KontikiError if one has its name. */
  async add(spec: CampaignSpec): Promise<void> {
    try {
      await this.#write(spec, 0);
    } catch (thrown) {
      if (!isOutdated(thrown)) throw thrown;
      throw new KontikiError(
        `there is a campaign ${spec.name} already: give another --name, or remove it with "kontiki campaign stop ${spec.name} --remove"`,
        { cause: thrown },
      );
    }
  }

  /** A campaign by its name. */
  async find(name: string): Promise<CampaignSpec | undefined> {
    return (await this.#found(name)).spec;
  }

  /** The names of all campaigns. */
  async names(): Promise<readonly string[]> {
    if (!(await this.#exists())) return [];
    const filter = SUBJECTS.campaign("*");
    const { state } = await insist(() =>
      this.#jsm.streams.info(STREAMS.campaigns, { subjects_filter: filter }),
    );
    const prefix = filter.length - 1;
    return Object.keys(state.subjects ?? {})
      .map((subject) => subject.slice(prefix))
      .toSorted();
  }

  /** All campaigns that can be read, by name. */
  async list(): Promise<readonly CampaignSpec[]> {
    const found = await Promise.all((await this.names()).map((name) => this.find(name)));
    return found.filter((spec) => spec !== undefined);
  }

  /**
   * Ends a campaign that is running, unless another campaign has got its name. One that has ended stays as it is: the queue of a
   * campaign that was stopped is empty like that of a finished one.
   */
  async end(spec: CampaignSpec, state: "finished" | "stopped", onRetry?: OnRetry): Promise<void> {
    for (;;) {
      const { spec: now, sequence } = await this.#found(spec.name);
      if (now?.id !== spec.id || now.state !== "running") return;
      try {
        return await this.#write({ ...spec, state }, sequence, onRetry);
      } catch (thrown) {
        if (!isOutdated(thrown)) throw thrown;
      }
    }
  }

  /** Removes a campaign and its results. */
  async remove({ id, name }: CampaignSpec): Promise<void> {
    for (const filter of [SUBJECTS.campaign(name), SUBJECTS.closed(id)])
      await this.#jsm.streams.purge(STREAMS.campaigns, { filter });
    await this.#jsm.streams.purge(STREAMS.results, { filter: SUBJECTS.result(id, ">") });
  }

  /** After which range no result counts; Infinity for none. */
  async closedAt(id: string): Promise<number> {
    const found = unpackedJson((await this.#last(SUBJECTS.closed(id))).data);
    return typeof found === "number" ? found : Infinity;
  }

  /** Notes that no range after this one counts. It saves work: a note that is lost changes no result. */
  async close(id: string, range: number, onRetry?: OnRetry): Promise<void> {
    if ((await this.closedAt(id)) <= range) return;
    await insist(
      () => this.#js.publish(SUBJECTS.closed(id), packedJson(range)),
      undefined,
      onRetry,
    );
  }

  /** Once there are streams, they stay. */
  async #exists(): Promise<boolean> {
    this.#isThere ||= await hasStreams(this.#jsm);
    return this.#isThere;
  }

  /** A campaign by its name, and the number of the message that says so; 0 if there is none. */
  async #found(name: string): Promise<{ spec: CampaignSpec | undefined; sequence: number }> {
    const { data, sequence } = await this.#last(SUBJECTS.campaign(name));
    const spec = specOf(unpackedJson(data));
    return { spec: spec?.name === name ? spec : undefined, sequence };
  }

  /** Writes a campaign if the last message about its name still has this number. */
  async #write(spec: CampaignSpec, sequence: number, onRetry?: OnRetry): Promise<void> {
    const options = {
      expect: { lastSubjectSequence: sequence },
      msgID: `${spec.id} ${spec.state}`,
    };
    const subject = SUBJECTS.campaign(spec.name);
    const bytes = packedJson(spec);
    await insist(() => this.#js.publish(subject, bytes, options), undefined, onRetry);
  }

  async #last(subject: string): Promise<{ data: Uint8Array; sequence: number }> {
    const none = { data: new Uint8Array(), sequence: 0 };
    const query = { last_by_subj: subject };
    if (!(await this.#exists())) return none;
    const found = await insist(() => this.#jsm.streams.getMessage(STREAMS.campaigns, query));
    return found === null ? none : { data: found.data, sequence: found.seq };
  }
}

/** Whether another message about the same subject came before. */
function isOutdated(thrown: unknown): boolean {
  return (
    thrown instanceof JetStreamApiError && thrown.code === JetStreamApiCodes.StreamWrongLastSequence
  );
}
