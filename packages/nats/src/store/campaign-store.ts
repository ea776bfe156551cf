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
    const expect = { lastSubjectSequence: 0 };
    try {
      await insist(() =>
        this.#js.publish(SUBJECTS.campaign(spec.name), packedJson(spec), {
          expect,
          msgID: spec.id,
        }),
      );
    } catch (thrown) {
      if (
        !(thrown instanceof JetStreamApiError) ||
        thrown.code !== JetStreamApiCodes.StreamWrongLastSequence
      )
        throw thrown;
      throw new KontikiError(
        `there is a campaign ${spec.name} already: give another --name, or remove it with "kontiki campaign stop ${spec.name} --remove"`,
        { cause: thrown },
      );
    }
  }

  /** A campaign by its name. */
  async find(name: string): Promise<CampaignSpec | undefined> {
    const spec = specOf(unpackedJson(await this.#last(SUBJECTS.campaign(name))));
    return spec?.name === name ? spec : undefined;
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

  /** Writes what a campaign is at, unless another campaign has got its name. */
  async turn(spec: CampaignSpec, state: CampaignSpec["state"], onRetry?: OnRetry): Promise<void> {
    const now = await this.find(spec.name);
    if (now?.id !== spec.id || now.state === state) return;
    const bytes = packedJson({ ...spec, state });
    await insist(() => this.#js.publish(SUBJECTS.campaign(spec.name), bytes), undefined, onRetry);
  }

  /** Removes a campaign and its results. */
  async remove({ id, name }: CampaignSpec): Promise<void> {
    for (const filter of [SUBJECTS.campaign(name), SUBJECTS.closed(id)])
      await this.#jsm.streams.purge(STREAMS.campaigns, { filter });
    await this.#jsm.streams.purge(STREAMS.results, { filter: SUBJECTS.result(id, ">") });
  }

  /** After which range no result counts; Infinity for none. */
  async closedAt(id: string): Promise<number> {
    const found = unpackedJson(await this.#last(SUBJECTS.closed(id)));
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

  async #last(subject: string): Promise<Uint8Array> {
    const query = { last_by_subj: subject };
    if (!(await this.#exists())) return new Uint8Array();
    const found = await insist(() => this.#jsm.streams.getMessage(STREAMS.campaigns, query));
    return found?.data ?? new Uint8Array();
  }
}
