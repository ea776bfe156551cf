/**
 * Clusters of real threads that end with their test, and what can be read of them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Cluster,
  type ClusterEvent,
  type ClusterOptions,
  type KeyValueCommand,
  type KeyValueResult,
  type LogLine,
  type NodeHandle,
  type Outcome,
} from "@kontiki/actors";
import { beforeAll, onTestFinished } from "vitest";

/** Short timers: most tests hold elections. */
const FAST: ClusterOptions = { electionTimeoutMs: 150, heartbeatMs: 25 };

/** Long enough for a machine that is busy with other things: no test waits for it to pass. */
export const PATIENT = { timeoutMs: 120_000 };

/** Starts a cluster that is stopped when the test ends. */
export async function start<C = KeyValueCommand, R = KeyValueResult>(
  options: ClusterOptions = {},
): Promise<Cluster<C, R>> {
  const cluster = await startFast<C, R>(options);
  onTestFinished(() => cluster.stop());
  return cluster;
}

/**
 * A cluster that the tests of a file or a `describe` share, as four threads take longer to start than most tests need. Each
 * test leaves all nodes running, and none relies on what another one did.
 */
export function shared(options: () => ClusterOptions): () => Cluster {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    const started = await startFast<KeyValueCommand, KeyValueResult>(options());
    cluster = started;
    return () => started.stop();
  });
  return () => {
    if (cluster === undefined) throw new Error("the cluster is started before the first test");
    return cluster;
  };
}

function startFast<C, R>(options: ClusterOptions): Promise<Cluster<C, R>> {
  return Cluster.start<C, R>({ ...FAST, proposalTimeoutMs: PATIENT.timeoutMs, ...options });
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The URL of a state machine in `machines/`. `parameters` become its query. */
export function machine(name: string, parameters: Readonly<Record<string, string>> = {}): string {
  const url = new URL(`../machines/${name}`, import.meta.url);
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
  return url.href;
}

/** The result of a proposal that must have succeeded. */
export function valueOf<R>(outcome: Outcome<R>): R {
  if (outcome.type === "ok") return outcome.value;
  throw new Error(`a proposal ended as ${JSON.stringify(outcome)}`);
}

export function put(key: string, value: string): KeyValueCommand {
  return { type: "put", key, value };
}

/** A cluster, or a supervisor without one. */
interface Source {
  readonly events: {
    on(name: "event", listen: (event: ClusterEvent) => void): unknown;
    off(name: "event", listen: (event: ClusterEvent) => void): unknown;
  };
}

type OfType<T extends ClusterEvent["type"]> = Extract<ClusterEvent, { readonly type: T }>;

/** Waits for the next event of a type for which `holds`. */
export function nextEvent<T extends ClusterEvent["type"]>(
  cluster: Source,
  type: T,
  holds: (event: OfType<T>) => boolean = () => true,
): Promise<OfType<T>> {
  return new Promise((resolve) => {
    const listen = (event: ClusterEvent): void => {
      if (event.type !== type || !holds(event as OfType<T>)) return;
      cluster.events.off("event", listen);
      resolve(event as OfType<T>);
    };
    cluster.events.on("event", listen);
  });
}

/** All events from now on until the test ends, in order. */
export function record(cluster: Source): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const listen = (event: ClusterEvent): void => void events.push(event);
  cluster.events.on("event", listen);
  onTestFinished(() => void cluster.events.off("event", listen));
  return events;
}

/** A node's whole log, read in pages. */
export async function logOf(node: NodeHandle, max = 500): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (;;) {
    const page = await node.log({ from: (lines.at(-1)?.index ?? 0) + 1, max });
    if (page.length === 0) return lines;
    lines.push(...page);
  }
}

type Whole = Pick<Cluster, "converged" | "node" | "nodeIds">;

/**
 * What all nodes have committed, once they agree. An election may begin at any moment and add to some log first.
 *
 * @throws Error when two of them differ.
 */
export async function commonLog(cluster: Whole): Promise<readonly LogLine[]> {
  await cluster.converged(PATIENT);
  const nodes = cluster.nodeIds.map((id) => cluster.node(id));
  const committed = Math.min(...nodes.map((node) => node.status().raft?.commit ?? 0));
  const logs = await Promise.all(nodes.map((node) => logOf(node)));
  const [first = [], ...others] = logs.map((log) => log.filter(({ index }) => index <= committed));
  const text = JSON.stringify(first);
  if (others.some((log) => JSON.stringify(log) !== text)) throw new Error("the logs differ");
  if ((await commonStates(cluster)).size !== 1) throw new Error("the states differ");
  return first;
}

/** The states of all nodes after one and the same entry: one, or something is wrong. */
async function commonStates(cluster: Whole): Promise<ReadonlySet<string>> {
  for (;;) {
    await cluster.converged(PATIENT);
    const digests = await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).digest()));
    if (new Set(digests.map(({ applied }) => applied)).size === 1)
      return new Set(digests.map(({ sha256 }) => sha256));
  }
}

/**
 * The commands of one client in a log, each once: it may have been sent again, and then it is there twice. What opens its
 * session is no command.
 */
export function commandsIn(log: readonly LogLine[]): unknown[] {
  const bySequence = new Map<number, unknown>();
  for (const line of log)
    if (line.type === "command" && line.sequence > 0) bySequence.set(line.sequence, line.command);
  return [...bySequence.values()];
}

/** Every pair that the key-value machine holds, or those whose keys begin with `prefix`. */
export async function allPairs(
  cluster: Cluster,
  prefix = "",
): Promise<ReadonlyMap<string, string>> {
  const pairs = valueOf(await cluster.read({ type: "list", prefix }, PATIENT));
  return new Map(pairs as readonly (readonly [string, string])[]);
}
