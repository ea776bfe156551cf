import { messageOf } from "@kontiki/actors/node";
import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";

/** What to do about a server that does not answer. */
export const SILENT =
  "the NATS server does not answer: see whether it runs, and continue or restart it; this worker tries again until then";

/**
 * Why a server does not take what a worker tells it, and what to do, in one line. Undefined for a connection that is lost: it
 * comes back by itself.
 */
export function serverTrouble(thrown: unknown): string | undefined {
  if (thrown instanceof JetStreamApiError)
    return `the NATS server takes no results (${messageOf(thrown)}): give its JetStream more space, or free some with "kontiki campaign stop NAME --remove"; this worker tries again until then`;
  return isTimeout(thrown) ? SILENT : undefined;
}

function isTimeout(thrown: unknown): boolean {
  if (thrown instanceof errors.TimeoutError) return true;
  return thrown instanceof Error && thrown.cause instanceof errors.TimeoutError;
}
