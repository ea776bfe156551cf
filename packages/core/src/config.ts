import { assert } from "./assert.ts";
import { isNodeId, type NodeId } from "./ids.ts";

/** What a server knows about its cluster and its own limits. It never changes while the server runs. */
export type Config = {
  /** This server. */
  readonly id: NodeId;
  /** Which disk it has: 0 for the disk that the cluster began with. See {@link Membership}. */
  readonly uid: number;
  /**
   * The voters that the cluster began with: 1 or more, without duplicates, the same on every server. They are in force
   * until the log or a snapshot says otherwise. A server that was added later is not among them.
   */
  readonly voters: readonly NodeId[];
  /**
   * Whether a new leader appends a no-op. It should: only an entry of the leader's own term commits the uncommitted
   * entries of older terms (§5.4.2, §8). Turn it off only for a wire format that has no such entry and whose leader
   * immediately appends a value of its own.
   */
  readonly noop: boolean;
  /**
   * Whether a server starts an election only after a majority has said that it would vote for it (dissertation 9.6), so
   * that a server that was cut off does not depose a healthy leader when it returns. Turn it off only for a wire format
   * that has no such request.
   */
  readonly preVote: boolean;
  /**
   * Whether a server with a damaged log asks the others for what it lacks when it hears no leader. Turn it off only for
   * a wire format that has no such request.
   */
  readonly fetch: boolean;
  /**
   * After this many heartbeats without an answer from a majority a leader steps down (dissertation 6.2), and servers
   * that hear a leader withhold their votes (dissertation 4.2.3). Set it to the number of heartbeats in an election
   * timeout. 0 turns both off.
   *
   * One number turns on both or neither: a leader that kept leading without a majority would be kept alive by the few
   * servers that still hear it.
   */
  readonly quorumBeats: number;
  /**
   * Whether reads may use a lease (dissertation 6.4.1). If so, a restarted server assumes that it has just heard from a
   * leader, because it may have answered one right before its crash. Requires `quorumBeats`.
   */
  readonly leases: boolean;
  /** The most bytes of commands in one AppendEntries; a larger entry is sent alone. 1 or more. */
  readonly maxAppendBytes: number;
  /** How many unanswered AppendEntries with entries one follower may have (dissertation 10.2.2). 1 or more. */
  readonly maxInflight: number;
  /**
   * A follower with this many unanswered bytes of commands gets nothing more. 1 or more. This bounds what waits in a
   * slow follower's mailbox, and how long a leader is busy sending: a leader that prepares a whole window of the
   * largest commands sends no heartbeats meanwhile, and is deposed before it has finished.
   */
  readonly maxInflightBytes: number;
  /**
   * A leader with this many bytes of uncommitted commands in its log rejects proposals as `busy`. 1 or more. A single
   * proposal may exceed it. Without a bound, a leader that is cut off would fill its memory.
   */
  readonly maxUncommittedBytes: number;
  /** How many entries before a snapshot stay in the log, for followers that are slightly behind. 0 or more. */
  readonly keptEntries: number;
};

/** The default of each field that has one. */
export const CONFIG_DEFAULTS = {
  uid: 0,
  noop: true,
  preVote: true,
  fetch: true,
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

const FLAGS = ["noop", "preVote", "leases"] as const;

const NAMES: readonly string[] = ["id", "voters", ...Object.keys(CONFIG_DEFAULTS)];

true satisfies keyof Config extends "id" | "voters" | keyof typeof CONFIG_DEFAULTS ? true : false;

/**
 * Fills in defaults and checks a configuration. A field that is undefined gets its default.
 *
 * @throws AssertionError that names the invalid field.
 */
export function makeConfig(fields: Pick<Config, "id" | "voters"> & Partial<Config>): Config {
  assert(typeof fields === "object" && fields !== null, "fields: an object with id and voters");
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  for (const [name] of given)
    assert(NAMES.includes(name), () => `${name}: no such field; there are ${NAMES.join(", ")}`);
  const config: Config = { ...CONFIG_DEFAULTS, ...(Object.fromEntries(given) as typeof fields) };
  assert(isNodeId(config.id), "id: the name of a server");
  assert(
    Array.isArray(config.voters) && config.voters.every(isNodeId),
    "voters: a list of names of servers",
  );
  assert(config.voters.length > 0, "voters: a cluster has at least one server");
  assert(
    new Set(config.voters).size === config.voters.length,
    "voters: no server may be listed twice",
  );
  for (const [name, least] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][])
    assert(
      Number.isSafeInteger(config[name]) && config[name] >= least,
      () => `${name}: ${least} or more`,
    );
  for (const name of FLAGS)
    assert(typeof config[name] === "boolean", () => `${name}: true or false`);
  assert(
    !config.leases || config.quorumBeats > 0,
    "leases: they depend on withheld votes, so quorumBeats must be 1 or more",
  );
  return config;
}
