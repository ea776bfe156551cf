import { env } from "node:process";
import { CONFIG_DEFAULTS, type NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { MachineChecks } from "../machine/checked-machine.ts";
import type { NodeSpec } from "../mail/protocol.ts";
import { SNAPSHOT_DEFAULTS } from "../node/snapshot-taker.ts";
import { checkOptions } from "../options/schema.ts";
import { RESTART_DEFAULTS, type RestartPolicy } from "../supervision/restart-policy.ts";
import type { MailCarrier } from "../threads/mail-carrier.ts";
import { CLUSTER_OPTIONS, defaultNodes, type ClusterOptions } from "./cluster-options.ts";
import { checkHosts, type CheckedHosts } from "./host-options.ts";

const WHERE = "Cluster.start";

/** Options after checking, with defaults filled in. */
export type CheckedOptions = {
  readonly nodes: readonly NodeId[] | undefined;
  readonly dataDir: string | undefined;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly proposalTimeoutMs: number;
  readonly policy: RestartPolicy;
  readonly heapMiB: number;
  readonly priorities: Readonly<Record<string, number>>;
  readonly snapshots: NodeSpec["snapshots"];
  readonly keptEntries: number;
  readonly preVote: boolean;
  readonly leases: { readonly clockDrift: number } | undefined;
  readonly renames: Readonly<Record<string, string>>;
  readonly trace: string | undefined;
  readonly checks: MachineChecks;
  readonly maxUncommittedBytes: number;
  readonly network: MailCarrier | undefined;
  readonly faults: boolean;
  readonly hosts: CheckedHosts | undefined;
};

/**
 * Checks options and fills in defaults.
 *
 * @throws KontikiError that says which is wrong and what is allowed.
 */
export function checkClusterOptions(options: ClusterOptions | undefined): CheckedOptions {
  checkOptions(WHERE, CLUSTER_OPTIONS, options);
  const { heapMiB = 4096, nodes, priorities: given = {}, ...rest } = options ?? {};
  const { crashes = RESTART_DEFAULTS.crashes, withinMs = RESTART_DEFAULTS.withinMs } =
    rest.restartIntensity ?? {};
  const named = typeof nodes === "number" ? defaultNodes(nodes) : (nodes as readonly NodeId[]);
  const hosts = checkHosts(WHERE, rest, named);
  return {
    nodes: hosts?.nodes ?? named,
    hosts,
    dataDir: rest.dataDir,
    ...checkedTimes(rest),
    policy: { ...RESTART_DEFAULTS, crashes, withinMs },
    heapMiB,
    priorities: given,
    ...logLimits(rest),
    preVote: rest.preVote ?? CONFIG_DEFAULTS.preVote,
    leases: rest.leases,
    renames: rest.renames ?? {},
    trace: rest.trace,
    checks: { snapshots: rest.checks ?? isTest(env), throws: rest.throws ?? "allow" },
    network: rest.network,
    faults: rest.faults ?? false,
  };
}

/** Whether a test runner runs this process. */
function isTest({ NODE_ENV, NODE_TEST_CONTEXT }: NodeJS.ProcessEnv): boolean {
  return NODE_ENV === "test" || NODE_TEST_CONTEXT !== undefined;
}

/** Checks that all nodes with a priority exist. @throws KontikiError */
export function checkPriorities(
  given: CheckedOptions["priorities"],
  nodes: readonly NodeId[],
): void {
  const stranger = Object.keys(given).find((name) => !nodes.includes(name as NodeId));
  if (stranger === undefined) return;
  throw new KontikiError(
    `${WHERE}: priorities.${stranger} is ${given[stranger]}, and there is no node ${stranger}: ` +
      `there are ${nodes.join(", ")}`,
  );
}

/** Checks that all nodes with a new name exist, and that no node has it. @throws KontikiError */
export function checkRenames(given: CheckedOptions["renames"], nodes: readonly NodeId[]): void {
  for (const [before, after] of Object.entries(given)) {
    const isThere = (name: string): boolean => nodes.includes(name as NodeId);
    if (isThere(before) && !isThere(after)) continue;
    const why = isThere(before) ? `there is a node ${after} already` : `there is no node ${before}`;
    throw new KontikiError(
      `${WHERE}: renames.${before} is ${after}, and ${why}: there are ${nodes.join(", ")}`,
    );
  }
}

function checkedTimes(
  options: ClusterOptions,
): Pick<CheckedOptions, "electionTimeoutMs" | "heartbeatMs" | "proposalTimeoutMs"> {
  const { electionTimeoutMs = 300, heartbeatMs = 50, proposalTimeoutMs = 10_000 } = options;
  if (heartbeatMs * 2 > electionTimeoutMs) {
    throw new KontikiError(
      `${WHERE}: heartbeatMs is ${heartbeatMs} and electionTimeoutMs ${electionTimeoutMs}: ` +
        "a heartbeat must come at least twice in an election timeout, or healthy leaders are deposed",
    );
  }
  return { electionTimeoutMs, heartbeatMs, proposalTimeoutMs };
}

function logLimits(
  options: ClusterOptions,
): Pick<CheckedOptions, "snapshots" | "keptEntries" | "maxUncommittedBytes"> {
  const {
    snapshotEntries = SNAPSHOT_DEFAULTS.entries,
    snapshotBytes = SNAPSHOT_DEFAULTS.bytes,
    keptEntries = CONFIG_DEFAULTS.keptEntries,
    maxUncommittedBytes = CONFIG_DEFAULTS.maxUncommittedBytes,
  } = options;
  const isGiven = options.snapshotEntries !== undefined || options.snapshotBytes !== undefined;
  const share = isGiven ? 0 : SNAPSHOT_DEFAULTS.share;
  const snapshots = { entries: snapshotEntries, bytes: snapshotBytes, share, inTurns: !isGiven };
  return { snapshots, keptEntries, maxUncommittedBytes };
}
