import { KontikiError } from "@kontiki/actors";
import { errors, type NatsConnection } from "@nats-io/transport-node";

/** What a server did not let a user do. */
export type Refused = {
  readonly operation: "publish" | "subscribe";
  readonly subject: string;
};

/** What the server refused, if that is why something was thrown. */
export function refusedIn(thrown: unknown): Refused | undefined {
  for (let found = thrown; found instanceof Error; found = found.cause)
    if (found instanceof errors.PermissionViolationError) {
      const operation = found.operation === "publish" ? "publish" : "subscribe";
      return { operation, subject: found.subject };
    }
  return undefined;
}

/**
 * Which permission a user lacks, if that is why a campaign, a worker or a reader got an error.
 *
 * @param thrown what one of them threw.
 * @returns a line for people that names the operation and the subject; undefined for another error.
 */
export function permissionProblem(thrown: unknown): string | undefined {
  const refused = refusedIn(thrown);
  if (refused === undefined) return undefined;
  const { operation, subject } = refused;
  return `the NATS server does not let this user ${operation} to ${subject}: add that to its permissions`;
}

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
