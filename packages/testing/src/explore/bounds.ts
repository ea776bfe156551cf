import {
  callable,
  checkArgument,
  fields,
  flag,
  listOf,
  rule,
  whole,
  type Schema,
} from "@kontiki/actors/node";
import { makeConfig, nodeId, step, type Config, type Entry, type NodeId } from "@kontiki/core";
import { firstLogs, whyNoLogs } from "./first-logs.ts";
import { bitsOfAll, budgetsOf, type BudgetName, type Budgets } from "./budget.ts";

/** The `step` function of the core, or a broken one, for commands that are strings. */
export type StepFunction = typeof step<string>;

/**
 * The bounds of an exploration. All counts are whole numbers and apply to a whole run, not to each node. Every budget
 * multiplies the size of the search: begin small.
 */
export type BoundOptions = {
  /** Nodes, 1 to 5. Default: 3. */
  readonly nodes?: number;
  /** The first so many nodes are the voters that the cluster begins with; the others may be added. Default: all nodes. */
  readonly voters?: number;
  /**
   * The logs that the nodes begin with: for each node the terms of its entries, such as `[[1], [2, 2], []]`. Default: all
   * empty. They must be logs that a run can leave behind. Symmetry is not used then.
   */
  readonly logs?: readonly (readonly number[])[];
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
  /** Crashes in which a node loses one durable entry of its log, 0 to 3. Default: 0. */
  readonly damage?: number;
  /** Reads that clients ask of any node, 0 to 3. Default: 0. With `config.leases` a leader may answer them by its lease. */
  readonly reads?: number;
  /**
   * Requests to change the membership, 0 to 3. Default: 0. Each adds, removes or replaces one node, or changes two at once
   * through a joint membership. Symmetry is not used then.
   */
  readonly changes?: number;
  /** Requests to transfer leadership, 0 to 3. Default: 0. */
  readonly transfers?: number;
  /** Snapshots that nodes take, 0 to 3. Default: 0. Each is sent in two parts. */
  readonly snapshots?: number;
  /** Crashes in which a node loses its whole disk and gets another one, 0 to 3. Default: 0. Symmetry is not used then. */
  readonly wipes?: number;
  /** Reports that a node's process is dead, to any node, 0 to 7. Default: 0. */
  readonly obituaries?: number;
  /** Messages in flight at once, 1 to 16. Default: 2. When more are sent, any of the sent ones can be lost. */
  readonly inflight?: number;
  /** Whether a sync is a separate event, with other events before it. Default: false, each turn ends with its sync. */
  readonly asyncDisk?: boolean;
  /**
   * The configuration of the core. Default: the algorithm of the paper, without pre-vote and without withheld votes; a log is
   * compacted up to its snapshot.
   */
  readonly config?: Partial<Omit<Config, "id" | "uid" | "voters">>;
  /**
   * Whether each step is also checked against rules of the paper and the dissertation whose violation may do no harm by
   * itself, such as which answers confirm a round. Default: true. Without them a search finds the runs in which a defect
   * breaks a property.
   */
  readonly rules?: boolean;
  /** The step function. Default: the real core. A broken one shows what the explorer finds. */
  readonly step?: StepFunction;
};

/** {@link BoundOptions} with all defaults, checked. */
export type Bounds = Required<Omit<BoundOptions, "voters" | "config" | "logs">> & {
  /** The log of each node at first, in the same order. */
  readonly logs: readonly (readonly Entry<string>[])[];
  /** All nodes, in the order of a state's words. */
  readonly names: readonly NodeId[];
  /** The configuration of each node, in the same order. */
  readonly configs: readonly Config[];
  /** The counts among the bounds, as budgets of a run. */
  readonly budgets: Budgets;
};

export const BOUND_OPTIONS: Schema<BoundOptions> = {
  nodes: whole(1, 5),
  voters: whole(1, 5),
  logs: listOf(
    listOf(whole(1, 63), "a list of terms, each a whole number from 1 to 63"),
    "a list with the terms of each node's log",
  ),
  terms: whole(1, 63),
  proposals: whole(0, 63),
  crashes: whole(0, 63),
  drops: whole(0, 63),
  duplicates: whole(0, 63),
  heartbeats: whole(0, 63),
  damage: whole(0, 3),
  reads: whole(0, 3),
  changes: whole(0, 3),
  transfers: whole(0, 3),
  snapshots: whole(0, 3),
  wipes: whole(0, 3),
  obituaries: whole(0, 7),
  inflight: whole(1, 16),
  asyncDisk: flag,
  config: fields<NonNullable<BoundOptions["config"]>>({
    noop: flag,
    fetch: flag,
    preVote: flag,
    quorumBeats: whole(0),
    leases: flag,
    maxAppendBytes: whole(1),
    maxInflight: whole(1),
    maxInflightBytes: whole(1),
    maxUncommittedBytes: whole(1),
    keptEntries: whole(0),
  }),
  rules: flag,
  step: callable(" such as step of @kontiki/core"),
};

const USUAL: Readonly<Record<"nodes" | "terms" | "inflight" | BudgetName, number>> = {
  nodes: 3,
  terms: 2,
  proposals: 1,
  crashes: 1,
  drops: 0,
  duplicates: 0,
  heartbeats: 0,
  damage: 0,
  reads: 0,
  changes: 0,
  transfers: 0,
  snapshots: 0,
  wipes: 0,
  obituaries: 0,
  inflight: 2,
};

/** Adds the defaults to checked bounds. @throws KontikiError when they do not fit together. */
export function boundsOf(options: BoundOptions): Bounds {
  const counts = countsOf(options);
  checkTogether(options, counts);
  const names = ["a", "b", "c", "d", "e"].slice(0, counts.nodes).map(nodeId);
  const voters = names.slice(0, options.voters);
  const paper = { preVote: false, quorumBeats: 0, keptEntries: 0 };
  return {
    ...counts,
    names,
    logs: firstLogs(options.logs ?? []),
    configs: names.map((id) => makeConfig({ ...paper, ...options.config, id, voters })),
    budgets: budgetsOf(counts),
    asyncDisk: options.asyncDisk ?? false,
    rules: options.rules ?? true,
    step: options.step ?? step<string>,
  };
}

function checkTogether({ voters, logs = [], config }: BoundOptions, counts: typeof USUAL): void {
  const { nodes, terms, damage, snapshots } = counts;
  const check = (name: string, value: unknown, allowed: string, isAllowed: boolean): void =>
    checkArgument(
      "explore",
      name,
      rule(allowed, () => isAllowed),
      value,
    );
  check("voters", voters, `at most nodes, ${nodes}`, (voters ?? 0) <= nodes);
  const shown = logs.map(String);
  const why =
    logs.length > nodes ? `at most ${nodes} logs, one for each node` : whyNoLogs(logs, terms);
  check("logs", shown, why ?? "", why === undefined);
  check("snapshots", snapshots, "0 when damage is given", damage === 0 || snapshots === 0);
  const isBeating = config?.leases !== true || (config.quorumBeats ?? 0) > 0;
  check("config.leases", config?.leases, "config.quorumBeats of 1 or more as well", isBeating);
  const bits = bitsOfAll(counts);
  check("the number of bits for all counts", bits, "at most 32", bits <= 32);
}

function countsOf(options: BoundOptions): typeof USUAL {
  const names = Object.keys(USUAL) as (keyof typeof USUAL)[];
  return Object.fromEntries(
    names.map((name) => [name, options[name] ?? USUAL[name]]),
  ) as typeof USUAL;
}
