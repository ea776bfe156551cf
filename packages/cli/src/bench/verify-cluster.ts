import type { LogLine } from "@kontiki/actors";
import type { ProgramCluster, ProgramNode } from "../launch/cluster.ts";
import type { Load } from "./load.ts";

/** How long followers may take to catch up. */
const CONVERGED_TIMEOUT_MS = 60_000;

/** Entries and bytes of values fetched from each node at once. */
const PAGE_ENTRIES = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

/** How much was checked, and every problem found. */
export type Verification = {
  readonly keys: number;
  readonly entries: number;
  readonly problems: readonly string[];
};

type BenchCluster = Pick<ProgramCluster, "converged" | "node" | "nodeIds" | "propose">;

/**
 * Verifies a cluster after a load: every key has the value that was written last, all states and all logs are equal, and
 * the log has each acknowledged put exactly once and no other put.
 */
export async function verifyCluster(
  cluster: BenchCluster,
  load: Load,
  signal: AbortSignal,
): Promise<Verification> {
  signal.throwIfAborted();
  const problems = [...load.failures].map(([what, count]) => `${count} puts ended as ${what}`);
  const keys = await readBack(cluster, load, problems, signal);
  await cluster.converged({ timeoutMs: CONVERGED_TIMEOUT_MS, signal });
  const nodes = cluster.nodeIds.map((id) => cluster.node(id));
  const digests = await Promise.all(nodes.map((node) => node.digest()));
  const states = new Set(digests.map(({ applied, sha256 }) => `${applied} ${sha256}`)).size;
  if (states !== 1) problems.push(`the nodes have ${states} different states`);
  const max = Math.max(1, Math.min(PAGE_ENTRIES, Math.floor(PAGE_BYTES / load.options.payload)));
  const log = await compareLogs(nodes, max, signal);
  if (log.difference !== undefined) problems.push(log.difference);
  if (log.puts !== load.acknowledged) {
    problems.push(`${load.acknowledged} puts were acknowledged, the log has ${log.puts}`);
  }
  return { keys, entries: log.entries, problems };
}

/** Reads every key, with as many reads in flight as there were puts. Resolves to the number of keys. */
async function readBack(
  cluster: BenchCluster,
  load: Load,
  problems: string[],
  signal: AbortSignal,
): Promise<number> {
  let keys = 0;
  let wrong = 0;
  const readSlot = async (slot: Load["slots"][number]): Promise<void> => {
    for (const [key, expected] of slot.expected()) {
      signal.throwIfAborted();
      const outcome = await cluster.propose({ type: "get", key });
      keys += 1;
      if (outcome.type !== "ok" || outcome.value !== expected) wrong += 1;
    }
  };
  await Promise.all(load.slots.map(readSlot));
  if (wrong > 0)
    problems.push(`${wrong} of ${keys} keys do not have the value that was written last`);
  return keys;
}

/** Reads all logs in parallel, page by page, and compares them. */
async function compareLogs(
  nodes: readonly ProgramNode[],
  max: number,
  signal: AbortSignal,
): Promise<{ readonly entries: number; readonly puts: number; readonly difference?: string }> {
  const puts = new Map<number, Set<number>>();
  const count = (): number => [...puts.values()].reduce((sum, seen) => sum + seen.size, 0);
  for (let from = 1; ;) {
    signal.throwIfAborted();
    const pages = await Promise.all(nodes.map((node) => node.log({ from, max })));
    const [first = []] = pages;
    const shortest = Math.min(...pages.map((page) => page.length));
    const longest = Math.max(...pages.map((page) => page.length));
    for (let at = 0; at < Math.max(shortest, Math.min(longest, 1)); at += 1) {
      const lines = pages.map((page) => JSON.stringify(page[at]));
      const entries = from + at - 1;
      if (lines.some((line) => line !== lines[0])) {
        return { entries, puts: count(), difference: `the logs differ at index ${from + at}` };
      }
      countPut(first[at], puts);
    }
    if (longest === 0) return { entries: from - 1, puts: count() };
    from += shortest;
  }
}

/** A retried put may be in the log twice, but is applied once: it counts once. */
function countPut(line: LogLine | undefined, puts: Map<number, Set<number>>): void {
  if (line?.type !== "command" || !isPut(line.command)) return;
  const seen = puts.get(line.client) ?? new Set();
  puts.set(line.client, seen.add(line.sequence));
}

/** The entry that opens a session has no command. */
function isPut(command: unknown): boolean {
  return (command as { readonly type?: unknown } | undefined)?.type === "put";
}
