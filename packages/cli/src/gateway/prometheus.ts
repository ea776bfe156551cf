import type { ClusterMetrics, Histogram, NodeMetrics } from "@kontiki/actors";
import { Registry, type Metric } from "prom-client";
import type { ProgramCluster } from "../launch/cluster.ts";

type Labels = Readonly<Record<string, string>>;

type Value = {
  readonly labels: Labels;
  readonly value: number;
  /** Where it is not that of the metric, as for the lines of a histogram. */
  readonly metricName?: string;
};

/** A metric as prom-client prints it. */
type Printed = {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly values: readonly Value[];
};

/** A figure of each node. */
type Figure = Omit<Printed, "values"> & { readonly of: (node: NodeMetrics) => number };

/**
 * The figures of nodes. Where etcd has the same, the name is etcd's with `kontiki` in the place of `etcd`, and the type is
 * etcd's: it has gauges for the two indexes whose names end in `_total`.
 */
const FIGURES: readonly Figure[] = [
  gauge("kontiki_server_has_leader", "Whether the node knows a leader.", (n) => +n.hasLeader),
  gauge("kontiki_server_is_leader", "Whether the node leads.", (n) => +n.isLeader),
  gauge("kontiki_server_is_learner", "Whether the node has no vote.", (n) => +n.isLearner),
  counter(
    "kontiki_server_leader_changes_seen_total",
    "How often the node learned of a leader that was new to it.",
    (n) => n.leaderChangesSeen,
  ),
  counter(
    "kontiki_server_elections_started_total",
    "How often the node stood for election.",
    (n) => n.electionsStarted,
  ),
  gauge(
    "kontiki_server_proposals_committed_total",
    "Highest index that the node knows to be committed.",
    (n) => n.proposalsCommitted,
  ),
  gauge(
    "kontiki_server_proposals_applied_total",
    "Highest index that the node has applied.",
    (n) => n.proposalsApplied,
  ),
  gauge("kontiki_server_term", "The latest term that the node has seen.", (n) => n.term),
  gauge("kontiki_node_up", "Whether the node runs.", (n) => +(n.life === "running")),
  counter("kontiki_node_starts_total", "How often the node was started.", (n) => n.incarnation),
  counter(
    "kontiki_node_restarts_total",
    "How often the node was restarted after a crash.",
    (n) => n.restarts,
  ),
  gauge(
    "kontiki_mailbox_letters",
    "Letters that wait for the node or are on their way to it.",
    (n) => n.mailboxLetters,
  ),
  gauge("kontiki_mailbox_bytes", "Bytes of these letters.", (n) => n.mailboxBytes),
];

/** The figures of a cluster in the text format of Prometheus. Counts begin when the program does. */
export class Prometheus {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #cluster: Pick<ProgramCluster, "metrics">;

  constructor(cluster: Pick<ProgramCluster, "metrics">) {
    this.#cluster = cluster;
  }

  /** All figures as of now. */
  async text(): Promise<string> {
    const registry = new Registry();
    for (const printed of printedOf(await this.#cluster.metrics())) {
      // A metric of prom-client counts by itself. These figures are counted elsewhere, so only the printing is needed.
      registry.registerMetric({ ...printed, get: async () => printed } as unknown as Metric);
    }
    return registry.metrics();
  }
}

function printedOf({ nodes, deadLetters }: ClusterMetrics): readonly Printed[] {
  return [
    ...FIGURES.map(({ of, ...figure }) => ({
      ...figure,
      values: nodes.map((each) => ({ labels: { node: each.node }, value: of(each) })),
    })),
    histogram(
      "kontiki_turn_duration_seconds",
      "How long turns took, with the sync of the disk.",
      nodes.map(({ node, turnDuration }) => [node, turnDuration]),
    ),
    histogram(
      "kontiki_disk_wal_fsync_duration_seconds",
      "How long syncs of the log took.",
      nodes.map(({ node, walFsyncDuration }) => [node, walFsyncDuration]),
    ),
    {
      name: "kontiki_dead_letters_total",
      help: "Letters that were not delivered, by receiver and reason.",
      type: "counter",
      values: deadLetters.map(({ to, reason, count }) => ({
        labels: { to, reason },
        value: count,
      })),
    },
  ];
}

function gauge(name: string, help: string, of: Figure["of"]): Figure {
  return { name, help, type: "gauge", of };
}

function counter(name: string, help: string, of: Figure["of"]): Figure {
  return { name, help, type: "counter", of };
}

function histogram(
  name: string,
  help: string,
  nodes: readonly (readonly [string, Histogram])[],
): Printed {
  const values = nodes.flatMap(([node, of]) => linesOf(name, node, of));
  return { name, help, type: "histogram", values };
}

/** The buckets of Prometheus count all that is not above their bound. */
function linesOf(name: string, node: string, { bounds, counts, count, sum }: Histogram): Value[] {
  let up = 0;
  const buckets = counts.map((each, at): Value => {
    up += each;
    const le = bounds[at] === undefined ? "+Inf" : `${bounds[at]}`;
    return { metricName: `${name}_bucket`, labels: { node, le }, value: up };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { node }, value: sum },
    { metricName: `${name}_count`, labels: { node }, value: count },
  ];
}
