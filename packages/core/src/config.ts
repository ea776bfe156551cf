import { assert } from "./assert.ts";
import type { NodeId } from "./ids.ts";

/** What a server knows of its cluster and of its own limits. It never changes while the server runs. */
export type Config = {
  /** This server. One of `voters`. */
  readonly id: NodeId;
  /** All servers of the cluster, this one included: 1 or more, no name twice. */
  readonly voters: readonly NodeId[];
  /**
   * Whether a new leader appends a no-op. It should: only an entry of the leader's own term commits what older
   * terms left behind (§5.4.2, §8). Off only for a wire that has no such entry and whose leader appends a value
   * of its own at once.
   */
  readonly noop: boolean;
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
};

/** What a configuration has when nothing else is said. */
export const CONFIG_DEFAULTS = {
  noop: true,
  maxAppendBytes: 1024 * 1024,
  maxInflight: 16,
  maxInflightBytes: 4 * 1024 * 1024,
} as const;

/** Completes and checks a configuration. @throws AssertionError that names the field at fault. */
export function makeConfig(fields: Pick<Config, "id" | "voters"> & Partial<Config>): Config {
  const config = { ...CONFIG_DEFAULTS, ...fields };
  assert(config.voters.length > 0, "voters: a cluster has at least one server");
  assert(
    new Set(config.voters).size === config.voters.length,
    "voters: no server may stand there twice",
  );
  assert(config.voters.includes(config.id), `id: ${config.id} is not one of the voters`);
  assert(
    Number.isSafeInteger(config.maxAppendBytes) && config.maxAppendBytes > 0,
    "maxAppendBytes: 1 or more",
  );
  assert(
    Number.isSafeInteger(config.maxInflight) && config.maxInflight > 0,
    "maxInflight: 1 or more",
  );
  assert(
    Number.isSafeInteger(config.maxInflightBytes) && config.maxInflightBytes > 0,
    "maxInflightBytes: 1 or more",
  );
  return config;
}

/** All servers but this one. */
export function peers(config: Config): readonly NodeId[] {
  return config.voters.filter((voter) => voter !== config.id);
}
