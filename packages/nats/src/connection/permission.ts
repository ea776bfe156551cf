import { errors } from "@nats-io/transport-node";

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
