import { assert } from "./assert.ts";
import type { NodeId } from "./ids.ts";

/** What a server knows of its cluster and of its own limits. It never changes while the server runs. */
export type Config = {
  /** This server. */
  readonly id: NodeId;
  /** Which disk it has: 0 for the one that the cluster began with. See {@link Membership}. */
  readonly uid: number;
  /**
   * The voters that the cluster began with: 1 or more, no name twice, the same on every server. They are in force until
   * the log or a snapshot says otherwise. A server that came later is not among them.
   */
  readonly voters: readonly NodeId[];
  /**
   * Whether a new leader appends a no-op. It should: only an entry of the leader's own term commits what older
   * terms left behind (§5.4.2, §8). Off only for a wire that has no such entry and whose leader appends a value
   * of its own at once.
   */
  readonly noop: boolean;
  /**
   * Whether a server asks for votes only when a majority says that it would get them (dissertation 9.6), so that one
   * that was cut off does not depose a healthy leader when it comes back. Off only for a wire that has no such question.
   */
  readonly preVote: boolean;
  /**
   * After so many heartbeats without an answer of a majority a leader steps down (dissertation 6.2), and votes are
   * withheld while a leader is heard (dissertation 4.2.3). As many as fit in an election timeout. 0: neither.
   *
   * Both or none: a leader that heard no majority and went on would be kept alive by those few that hear it.
   */
  readonly quorumBeats: number;
  /**
   * Whether reads may rest on a lease (dissertation 6.4.1). Then a server that starts takes it that a leader was heard
   * just now, as it may have answered one right before its crash. Only with `quorumBeats`.
   */
  readonly leases: boolean;
  /** The most bytes of commands in one AppendEntries; a single larger entry travels alone. 1 or more. */
  readonly maxAppendBytes: number;
  /** How many AppendEntries with entries may be under way to one follower (dissertation 10.2.2). 1 or more. */
  readonly maxInflight: number;
  /**
   * With so many bytes of commands under way to one follower, nothing more is sent to it. 1 or more. It bounds what
   * waits in a slow follower's mailbox, and how long a leader is busy with sending: one that prepares a whole window
   * of the largest commands sends no heartbeat meanwhile, and is deposed before it has finished.
   */
  readonly maxInflightBytes: number;
  /**
   * With so many bytes of commands in its log that are not committed, a leader takes no more and says that it is busy.
   * 1 or more. What it takes at once may go over it. Without a bound a leader that is cut off fills its memory.
   */
  readonly maxUncommittedBytes: number;
  /** How many entries before a snapshot stay in the log, for followers that are a little behind. 0 or more. */
  readonly keptEntries: number;
};

/** What a configuration has when nothing else is said. */
export const CONFIG_DEFAULTS = {
  uid: 0,
  noop: true,
  preVote: true,
  quorumBeats: 6,
  leases: false,
  maxAppendBytes: 1024 * 1024,
  maxInflight: 16,
  maxInflightBytes: 4 * 1024 * 1024,
  maxUncommittedBytes: 64 * 1024 * 1024,
  keptEntries: 1024,
} as const;

const LIMITS = {
  uid: 0,
  quorumBeats: 0,
  maxAppendBytes: 1,
  maxInflight: 1,
  maxInflightBytes: 1,
  maxUncommittedBytes: 1,
  keptEntries: 0,
} as const;

/** Completes and checks a configuration. @throws AssertionError that names the field at fault. */
export function makeConfig(fields: Pick<Config, "id" | "voters"> & Partial<Config>): Config {
  const config = { ...CONFIG_DEFAULTS, ...fields };
  assert(config.voters.length > 0, "voters: a cluster has at least one server");
  assert(
    new Set(config.voters).size === config.voters.length,
    "voters: no server may stand there twice",
  );
  for (const [name, least] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][])
    assert(
      Number.isSafeInteger(config[name]) && config[name] >= least,
      () => `${name}: ${least} or more`,
    );
  assert(
    !config.leases || config.quorumBeats > 0,
    "leases: they rest on votes that are withheld, which takes quorumBeats",
  );
  return config;
}
