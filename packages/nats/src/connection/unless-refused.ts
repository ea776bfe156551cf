import { KontikiError } from "@kontiki/actors";
import type { NatsConnection } from "@nats-io/transport-node";
import { permissionProblem } from "./permission.ts";

/**
 * Does work that must not be refused anything: a part that goes on without what was refused would wait for ever.
 *
 * @param signal ends the work.
 * @param work ends when its signal aborts: the one above, or because of a refusal.
 * @throws KontikiError with the first refusal, when the work has ended.
 */
export async function unlessRefused<Result>(
  connection: NatsConnection,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const watch = async (): Promise<void> => {
    for await (const status of connection.status()) {
      const problem = status.type === "error" ? permissionProblem(status.error) : undefined;
      if (problem !== undefined) ending.abort(new KontikiError(problem));
    }
  };
  void watch();
  try {
    return await work(AbortSignal.any([signal, ending.signal]));
  } finally {
    ending.signal.throwIfAborted();
  }
}
