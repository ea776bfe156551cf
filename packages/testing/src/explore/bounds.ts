import { makeConfig, nodeId, step, type Config, type NodeId } from "@kontiki/core";

/** The `step` function of the core, or a broken one, for commands that are strings. */
export type StepFunction = typeof step<string>;

/**
 * The bounds of an exploration. All counts are whole numbers and apply to a whole run, not to each node. Every budget
 * multiplies the size of the search: begin small.
 */
export type BoundOptions = {
  /** Nodes, 1 to 5. Default: 3. */
  readonly nodes?: number;
  /** The highest term, 1 to 63. Default: 2. Events that would lead to a higher term are left out. */
  readonly terms?: number;
  /** Commands that clients propose, 0 to 63. Default: 1. */
  readonly proposals?: number;
  /** Crashes, 0 to 63. Default: 1. */
  readonly crashes?: number;
  /** Messages that are lost although there was room for them, 0 to 63. Default: 0. */
  readonly drops?: number;
  /** Messages that are delivered and also stay in flight, 0 to 63. Default: 0. */
  readonly duplicates?: number;
  /** Heartbeat timeouts, 0 to 63. Default: 0. Each starts a round, so a search without this bound would not end. */
  readonly heartbeats?: number;
  /** Messages in flight at once, 1 to 16. Default: 2. When more are sent, any of the sent ones can be lost. */
  readonly inflight?: number;
  /** Whether a sync is a separate event, with other events before it. Default: false, each turn ends with its sync. */
  readonly asyncDisk?: boolean;
  /** The configuration of the core. Default: the algorithm of the paper, without pre-vote and without withheld votes. */
  readonly config?: Partial<Omit<Config, "id" | "uid" | "voters">>;
  /** The step function. Default: the real core. A broken one shows what the explorer finds. */
  readonly step?: StepFunction;
};

/** {@link BoundOptions} with all defaults, checked. */
export type Bounds = Required<Omit<BoundOptions, "nodes" | "config">> & {
  /** All nodes, in the order of a state's words. */
  readonly names: readonly NodeId[];
  /** The configuration of each node, in the same order. */
  readonly configs: readonly Config[];
};

const RANGES = {
  nodes: { least: 1, most: 5, usual: 3 },
  terms: { least: 1, most: 63, usual: 2 },
  proposals: { least: 0, most: 63, usual: 1 },
  crashes: { least: 0, most: 63, usual: 1 },
  drops: { least: 0, most: 63, usual: 0 },
  duplicates: { least: 0, most: 63, usual: 0 },
  heartbeats: { least: 0, most: 63, usual: 0 },
  inflight: { least: 1, most: 16, usual: 2 },
} as const;

/** Adds the defaults and checks the bounds. @throws RangeError that names the wrong bound. */
export function boundsOf(options: BoundOptions): Bounds {
  const limit = (name: keyof typeof RANGES): number => {
    const { least, most, usual } = RANGES[name];
    const value = options[name] ?? usual;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
  };
  const names = ["a", "b", "c", "d", "e"].slice(0, limit("nodes")).map(nodeId);
  const paper = { preVote: false, quorumBeats: 0 };
  return {
    names,
    configs: names.map((id) => makeConfig({ ...paper, ...options.config, id, voters: names })),
    terms: limit("terms"),
    proposals: limit("proposals"),
    crashes: limit("crashes"),
    drops: limit("drops"),
    duplicates: limit("duplicates"),
    heartbeats: limit("heartbeats"),
    inflight: limit("inflight"),
    asyncDisk: options.asyncDisk ?? false,
    step: options.step ?? step<string>,
  };
}
