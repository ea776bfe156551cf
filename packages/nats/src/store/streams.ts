import { KontikiError } from "@kontiki/actors";
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { nanos, type NatsConnection } from "@nats-io/transport-node";
import { insist } from "./insist.ts";

/** The streams of all campaigns on a server. Their messages are in files, so that a restart loses none. */
export const STREAMS = {
  /** What each campaign is, and where it was closed: the newest message of each subject. */
  campaigns: "KONTIKI_CAMPAIGNS",
  /** Ranges that wait for a worker, or for its acknowledgement. */
  work: "KONTIKI_WORK",
  /** The results of ranges. */
  results: "KONTIKI_RESULTS",
} as const;

/** Subjects. A campaign is found by its name, and everything else by the id that only this campaign has. */
export const SUBJECTS = {
  campaign: (name: string): string => `kontiki.campaign.${name}`,
  closed: (id: string): string => `kontiki.closed.${id}`,
  work: (id: string): string => `kontiki.work.${id}`,
  result: (id: string, key: string): string => `kontiki.result.${id}.${key}`,
  /** Workers answer here what they are at. */
  ask: (id: string): string => `kontiki.ask.${id}`,
} as const;

/** How long the server drops a message with an id that it has seen, in ms. Later repetitions are dropped by their readers. */
const DUPLICATES_MS = 10 * 60_000;

type Stream = Partial<StreamConfig> & Pick<StreamConfig, "name">;

const common = { storage: StorageType.File, duplicate_window: nanos(DUPLICATES_MS) } as const;

const CONFIGS: readonly Stream[] = [
  {
    ...common,
    name: STREAMS.campaigns,
    subjects: [SUBJECTS.campaign("*"), SUBJECTS.closed("*")],
    max_msgs_per_subject: 1,
  },
  {
    ...common,
    name: STREAMS.work,
    subjects: [SUBJECTS.work("*")],
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
  },
  { ...common, name: STREAMS.results, subjects: [SUBJECTS.result("*", ">")] },
];

/** Makes the streams that are not there. `replicas`: on how many servers of a cluster each message is. */
export async function makeStreams(jsm: JetStreamManager, replicas: number): Promise<void> {
  for (const config of CONFIGS) {
    const found = await jsm.streams.info(config.name).catch(() => undefined);
    // Adding one again, as another process may do now, changes nothing.
    if (found === undefined)
      await insist(() => jsm.streams.add({ ...config, num_replicas: replicas }));
  }
}

/** Whether campaigns were ever started on this server. A server that is away does not say that there were none. */
export async function hasStreams(jsm: JetStreamManager): Promise<boolean> {
  try {
    await insist(() => jsm.streams.info(STREAMS.campaigns));
    return true;
  } catch (thrown) {
    if (thrown instanceof JetStreamApiError && thrown.code === JetStreamApiCodes.StreamNotFound)
      return false;
    throw thrown;
  }
}

/** @throws KontikiError for a server without JetStream. */
export async function manager(connection: NatsConnection): Promise<JetStreamManager> {
  try {
    return await jetstreamManager(connection);
  } catch (thrown) {
    if (isNotEnabled(thrown))
      throw new KontikiError(
        `the NATS server at ${connection.getServer()} has no JetStream, which keeps the work and the results: start it with -js`,
        { cause: thrown },
      );
    throw thrown;
  }
}

/** NATS's client does not export this class. */
function isNotEnabled(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "JetStreamNotEnabled";
}
