import { fields, needed, rule, text, whole, type Schema } from "@kontiki/actors/node";
import { errors, type NatsConnection, type Subscription } from "@nats-io/transport-node";
import { packedJson, unpackedJson } from "../campaign/bytes.ts";
import { INBOX } from "../connection/subjects.ts";
import { SUBJECTS } from "../store/streams.ts";
import type { WorkerReport } from "./work-options.ts";

const REPORT: Schema<WorkerReport> = {
  id: needed(text("an id")),
  host: needed(text("a name")),
  pid: needed(whole(0)),
  jobs: needed(whole(1)),
  busy: needed(whole(0)),
  runs: needed(whole(0)),
  perSecond: needed(rule("a number", (value) => Number.isFinite(value))),
};

const isReport = fields(REPORT);

/** How long answers may take, in ms. A worker's main thread has little to do. */
const ANSWER_MS = 500;

/** Answers who is at work on a campaign; `reportOf` returns undefined for one that this worker does not know. */
export function answerAsks(
  connection: NatsConnection,
  reportOf: (id: string) => WorkerReport | undefined,
): Subscription {
  const before = SUBJECTS.ask("").length;
  return connection.subscribe(SUBJECTS.ask("*"), {
    callback(error, message) {
      if (error !== null) return;
      const report = reportOf(message.subject.slice(before));
      // Anybody may ask, and name any subject for the answer.
      const isAsked = message.reply?.startsWith(`${INBOX}.`) === true;
      if (report !== undefined && isAsked) message.respond(packedJson(report));
    },
  });
}

/** The workers at work on a campaign that answer within half a second. */
export async function askWorkers(
  connection: NatsConnection,
  id: string,
): Promise<readonly WorkerReport[]> {
  const found: WorkerReport[] = [];
  try {
    const answers = await connection.requestMany(SUBJECTS.ask(id), "", {
      strategy: "timer",
      maxWait: ANSWER_MS,
    });
    for await (const { data } of answers) {
      const report = unpackedJson(data);
      if (isReport(report, "report") === undefined) found.push(report as WorkerReport);
    }
  } catch (thrown) {
    if (!isSilence(thrown)) throw thrown;
  }
  return found.toSorted((one, other) => (one.host + one.id < other.host + other.id ? -1 : 1));
}

/** No worker is there, or the server is away. */
function isSilence(thrown: unknown): boolean {
  return (
    thrown instanceof errors.NoRespondersError ||
    thrown instanceof errors.RequestError ||
    thrown instanceof errors.TimeoutError
  );
}
