/** What the subjects begin with to which answers come: below that of all others, so that a user can be limited to it. */
export const INBOX = "kontiki.inbox";

/** What a name in a subject may be: one token, without the characters that mean something to NATS. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** A line that says why a name cannot be part of a subject; undefined for one that can. */
export function nameProblem(name: string): string | undefined {
  return NAME.test(name)
    ? undefined
    : `"${name}" cannot be a name here: letters, digits, "-" and "_" can, 64 of them at most`;
}

/**
 * The prefix of all subjects of one cluster: two clusters on one server, with different ids, never hear each other.
 *
 * @param id the cluster's id.
 */
export function clusterPrefix(id: string): string {
  return `kontiki.cluster.${id}`;
}
