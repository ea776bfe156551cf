import { makeConfig, nodeId, step, type Config, type NodeId } from "@kontiki/core";

/** The core's `step`, or a broken one, for commands that are text. */
export type StepFunction = typeof step<string>;

/**
 * What an exploration may meet. All counts are of a whole run, not of a node, and whole numbers. Every budget makes the
 * search larger by a factor: begin small.
 */
export type BoundOptions = {
  /** 1 to 5, 3 if not given. */
  readonly nodes?: number;
  /** The highest term, 1 to 63, 2 if not given. An event that would lead beyond it does not happen. */
  readonly terms?: number;
  /** Commands that clients propose, 0 to 63, 1 if not given. */
  readonly proposals?: number;
  /** Crashes, 0 to 63, 1 if not given. */
  readonly crashes?: number;
  /** Messages that are lost although there was room for them, 0 to 63, 0 if not given. */
  readonly drops?: number;
  /** Messages that are delivered and stay in flight all the same, 0 to 63, 0 if not given. */
  readonly duplicates?: number;
  /** Heartbeat timeouts, 0 to 63, 0 if not given. Each begins a round, so that without a bound no search would end. */
  readonly heartbeats?: number;
  /** Messages in flight at once, 1 to 16, 2 if not given. Of what is sent beyond, any part is lost. */
  readonly inflight?: number;
  /** Whether a sync is an event of its own, before which others may come; else each turn ends with its sync. */
  readonly asyncDisk?: boolean;
  /** What the core is told. The paper's algorithm if not given: no pre-vote, nobody withholds votes. */
  readonly config?: Partial<Omit<Config, "id" | "uid" | "voters">>;
  /** The core itself, if not given. A broken one shows what a search finds. */
  readonly step?: StepFunction;
};

/** {@link BoundOptions}, completed and checked. */
export type Bounds = Required<Omit<BoundOptions, "nodes" | "config">> & {
  /** All nodes, in the order in which they stand in a state. */
  readonly names: readonly NodeId[];
  /** What each is told, in the same order. */
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

/** Completes and checks bounds. @throws RangeError that names the bound at fault. */
export function boundsOf(options: BoundOptions): Bounds {
  const limit = (name: keyof typeof RANGES): number => {
    const { least, most, usual } = RANGES[name];
    const value = options[name] ?? usual;
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new RangeError(
      `an exploration has ${least} to ${most} ${name}, a whole number, not ${value}`,
    );
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
