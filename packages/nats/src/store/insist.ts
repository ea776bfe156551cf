import { KontikiError } from "@kontiki/actors";
import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { setTimeout as after } from "node:timers/promises";

/** Called with what the server or the client threw. */
export type OnRetry = (thrown: unknown) => void;

/** How long to wait before another try, in ms. */
const PAUSE_MS = 250;

/**
 * Tries until the server answers: it may be restarting, and a connection comes back by itself. What the server refuses is
 * thrown at once, and so is everything once `signal` has aborted.
 *
 * @param onRetry called with the reason before each further try.
 */
export async function insist<T>(
  work: () => Promise<T>,
  signal?: AbortSignal,
  onRetry?: OnRetry,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (signal?.aborted === true || isFinal(thrown)) throw thrown;
      onRetry?.(thrown);
      await after(PAUSE_MS);
    }
  }
}

function isFinal(thrown: unknown): boolean {
  if (thrown instanceof JetStreamApiError) return thrown.status < 500;
  return (
    thrown instanceof KontikiError ||
    thrown instanceof TypeError ||
    thrown instanceof errors.ClosedConnectionError ||
    thrown instanceof errors.DrainingConnectionError ||
    thrown instanceof errors.PermissionViolationError ||
    thrown instanceof errors.InvalidArgumentError
  );
}
