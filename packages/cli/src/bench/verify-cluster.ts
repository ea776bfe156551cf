import type { ProgramCluster, ProgramNode } from "../launch/cluster.ts";
import { APPLIED_PUTS } from "./counting-machine.ts";
import type { Load } from "./load.ts";

/** How long followers may take to catch up. */
const CONVERGED_TIMEOUT_MS = 60_000;

/** How often nodes are asked for digests after the same entry. */
const ATTEMPTS_MAX = 10;

/** Entries and bytes of values fetched from each node at once. */
const PAGE_ENTRIES = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;

/** How much was checked, and every problem found. */
export type Verification = {
  readonly keys: number;
  /** Puts that the state machines have applied. */
  readonly puts: number;
  /** Entries compared: those that every node still has in its log. */
  readonly entries: number;
  readonly problems: readonly string[];
};

type BenchCluster = Pick<ProgramCluster, "converged" | "node" | "nodeIds" | "propose" | "read">;

/**
 * Verifies a cluster after a load: every key has the value that was written last, the state machines have applied as many
 * puts as were acknowledged, and all states, and all logs as far back as every node has them, are equal.
 */
export async function verifyCluster(
  cluster: BenchCluster,
  load: Load,
  signal: AbortSignal,
): Promise<Verification> {
  signal.throwIfAborted();
  const problems = [...load.failures].map(([what, count]) => `${count} puts ended as ${what}`);
  const keys = await readBack(cluster, load, problems, signal);
  const puts = await appliedPuts(cluster);
  if (puts !== load.acknowledged) {
    problems.push(`${load.acknowledged} puts were acknowledged, ${puts} were applied`);
  }
  const nodes = cluster.nodeIds.map((id) => cluster.node(id));
  const digests = await digestsAtRest(cluster, nodes, signal);
  const states = new Set(digests.map(({ applied, sha256 }) => `${applied} ${sha256}`)).size;
  if (states !== 1) problems.push(`the nodes have ${states} different states`);
  const max = Math.max(1, Math.min(PAGE_ENTRIES, Math.floor(PAGE_BYTES / load.options.payload)));
  const log = await compareLogs(nodes, { to: digests[0]?.applied ?? 0, max }, signal);
  if (log.difference !== undefined) problems.push(log.difference);
  return { keys, puts, entries: log.entries, problems };
}

/**
 * The digests of all nodes after the same entry. A leader that is elected meanwhile appends an entry, which some nodes apply
 * before others: they are asked again then. After a few times they are what they are.
 */
async function digestsAtRest(
  cluster: BenchCluster,
  nodes: readonly ProgramNode[],
  signal: AbortSignal,
): Promise<Awaited<ReturnType<ProgramNode["digest"]>>[]> {
  for (let attempt = 1; ; attempt += 1) {
    await cluster.converged({ timeoutMs: CONVERGED_TIMEOUT_MS, signal });
    const digests = await Promise.all(nodes.map((node) => node.digest()));
    const isSameEntry = digests.every(({ applied }) => applied === digests[0]?.applied);
    if (isSameEntry || attempt === ATTEMPTS_MAX) return digests;
  }
}

/** How many puts a state has applied that is at least as new as the last acknowledged put. NaN if the read fails. */
async function appliedPuts(cluster: BenchCluster): Promise<number> {
  const outcome = await cluster.read({ type: "get", key: APPLIED_PUTS });
  return outcome.type === "ok" ? Number(outcome.value) : NaN;
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

/**
 * Reads all logs in parallel, page by page, and compares them from the first entry that all nodes have up to the entry `to`,
 * which all have applied. `max` bounds a page.
 */
async function compareLogs(
  nodes: readonly ProgramNode[],
  { to, max }: { readonly to: number; readonly max: number },
  signal: AbortSignal,
): Promise<{ readonly entries: number; readonly difference?: string }> {
  let entries = 0;
  for (let from = 1; ;) {
    signal.throwIfAborted();
    const read = await Promise.all(nodes.map((node) => node.log({ from, max })));
    const pages = read.map((lines) => lines.filter(({ index }) => index <= to));
    const begins = Math.max(...read.map(([line]) => line?.index ?? from));
    if (begins > from) {
      from = begins;
      continue;
    }
    const shortest = Math.min(...pages.map((page) => page.length));
    const longest = Math.max(...pages.map((page) => page.length));
    for (let at = 0; at < Math.max(shortest, Math.min(longest, 1)); at += 1) {
      const lines = pages.map((page) => JSON.stringify(page[at]));
      const here = pages.find((page) => page[at] !== undefined)?.[at]?.index ?? from;
      if (lines.some((line) => line !== lines[0]))
        return { entries, difference: `the logs differ at index ${here}` };
      // An entry has a line for each of its commands.
      if (here >= from) entries += 1;
      from = here + 1;
    }
    if (longest === 0) return { entries };
  }
}
