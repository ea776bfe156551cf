import { ORIGINAL_MEMBERS, type Member } from "./members.ts";

/** The heartbeat of the original, in ms. It cannot be set there. */
const ORIGINAL_HEARTBEAT_MS = 5000;

/**
 * A warning for a node that may stand for election between two heartbeats of a healthy leader; undefined for any other.
 *
 * A node knows its own times only. But where the original listens, it may run, and its times are fixed.
 */
export function hastyElection({
  self,
  members,
  electionTimeoutMs,
}: {
  readonly self: Member;
  readonly members: readonly Member[];
  readonly electionTimeoutMs: number;
}): string | undefined {
  if (electionTimeoutMs > ORIGINAL_HEARTBEAT_MS) return undefined;
  const others = members.filter((member) => member.id !== self.id && mayBeOriginal(member));
  if (others.length === 0) return undefined;
  const ids = others.map(({ id }) => id).join(" or ");
  return (
    `warning: --election-timeout ${electionTimeoutMs} is not above ${ORIGINAL_HEARTBEAT_MS}, the heartbeat of the ` +
    `original: if ${ids} is a node of the original, this node deposes it whenever it leads; ` +
    `use more than ${ORIGINAL_HEARTBEAT_MS} there`
  );
}

function mayBeOriginal({ id, host, port }: Member): boolean {
  return ORIGINAL_MEMBERS.some(
    (original) => original.id === id && original.host === host && original.port === port,
  );
}
