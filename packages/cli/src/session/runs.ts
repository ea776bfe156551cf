import type { Consistency, LogLine, ReadOptions } from "@kontiki/actors";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandFailed, type Answer } from "./answer.ts";
import { shorten, type Arguments } from "./arguments.ts";
import { commandAt, commandNames, commandsOf, type CommandName } from "./commands.ts";
import { nodeOf, propose, read, type Context, type Run, type SessionNode } from "./context.ts";
import { leaderOf } from "./leader-of.ts";
import { memberRuns } from "./member-runs.ts";

/** How long `wait` waits unless told otherwise. */
const WAIT_TIMEOUT_MS = 30_000;

/** Entries that `log` fetches at once: few, for each may hold a value of 1 MiB. */
const PAGE_ENTRIES = 64;

/** What each command does, once its arguments have been counted. */
export const runs: Readonly<Record<CommandName, Run>> = {
  put: async (context, args) => {
    await propose(context, { type: "put", key: args.key(), value: args.value() });
    return { type: "done" };
  },
  get: async (context, args) => {
    const value = await read(context, { type: "get", key: args.key() });
    return { type: "got", value: value as string | null };
  },
  read: async (context, args) => {
    const question = { type: "get", key: args.key() } as const;
    const value = await read(context, question, readOptions(args));
    return { type: "got", value: value as string | null };
  },
  del: async (context, args) => {
    const present = await propose(context, { type: "delete", key: args.key() });
    return { type: "deleted", present: present as boolean };
  },
  cas: async (context, args) => {
    const key = args.key();
    const expected = args.option("--absent") ? null : args.value();
    const command = { type: "compareAndSet", key, expected, value: args.value() } as const;
    return { type: "swapped", matched: (await propose(context, command)) as boolean };
  },
  append: async (context, args) => {
    const command = { type: "append", key: args.key(), value: args.value() } as const;
    return { type: "appended", bytes: (await propose(context, command)) as number };
  },
  list: async (context, args) => {
    const prefix = args.left === 0 ? "" : args.prefix();
    const pairs = await read(context, { type: "list", prefix });
    return { type: "pairs", pairs: pairs as readonly (readonly [string, string])[] };
  },
  status: async ({ cluster }) => ({ type: "status", nodes: cluster.status() }),
  leader: async ({ cluster }) => ({ type: "leader", node: leaderOf(cluster.status()) }),
  crash: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    await node.crash();
    return { type: "node", node: node.id, now: "crashed" };
  },
  stop: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    await node.stop();
    return { type: "node", node: node.id, now: "stopped" };
  },
  start: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    await node.start();
    return { type: "node", node: node.id, now: "started" };
  },
  wipe: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    await node.wipe({ signal: context.signal });
    return { type: "node", node: node.id, now: "wiped" };
  },
  ...memberRuns,
  snapshot: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    return { type: "snapshot", node: node.id, ...(await node.snapshot()) };
  },
  compact: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    return { type: "compacted", node: node.id, ...(await node.compact()) };
  },
  log: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    const from = args.left === 0 ? 1 : args.index();
    // The first page here, so that a node without a thread fails before anything is printed.
    const first = await node.log({ from, max: PAGE_ENTRIES });
    return { type: "log", pages: logPages(node, first, context.signal) };
  },
  wait,
  sleep: async ({ signal }, args) => {
    await sleep(args.milliseconds(0), undefined, { signal });
    return { type: "done" };
  },
  help: async (_context, args) => {
    if (args.left === 0) return { type: "help", names: commandNames };
    const first = args.word().text;
    const second = args.left === 0 ? undefined : args.word().text;
    return { type: "help", names: named(first, second) };
  },
  quit: async () => ({ type: "quit" }),
};

/** The commands that these words name: one, or all that begin with the first of them. */
function named(first: string, second: string | undefined): readonly CommandName[] {
  const words = second === undefined ? [first] : [first, second];
  const found = commandAt(words);
  if (found?.length === words.length) return [found.name];
  const all = second === undefined ? commandsOf(first) : [];
  if (all.length === 0) throw new CommandFailed(`there is no command ${shorten(words.join(" "))}`);
  return all;
}

const CONSISTENCIES: readonly Consistency[] = ["linearizable", "lease", "stale"];

function readOptions(args: Arguments): ReadOptions {
  let consistency: Consistency | undefined;
  let node: string | undefined;
  while (args.left > 0) {
    if (args.option("--consistency")) {
      const { text } = args.word();
      consistency = CONSISTENCIES.find((known) => known === text);
      if (consistency === undefined)
        throw new CommandFailed(
          `a consistency is linearizable, lease or stale, not ${shorten(text)}`,
        );
    } else if (args.option("--node")) node = args.word().text;
    else throw new CommandFailed(`read does not know ${shorten(args.word().text)}`);
  }
  return { consistency, node };
}

async function wait({ cluster, signal }: Context, args: Arguments): Promise<Answer> {
  const condition = args.word().text;
  const timeoutMs = args.option("--timeout") ? args.milliseconds(1) : WAIT_TIMEOUT_MS;
  if (args.left > 0) throw new CommandFailed(`wait does not know ${shorten(args.word().text)}`);
  switch (condition) {
    case "leader":
      return { type: "leader", node: await cluster.leader({ timeoutMs, signal }) };
    case "converged":
      await cluster.converged({ timeoutMs, signal });
      return { type: "done" };
    default:
      throw new CommandFailed(`wait takes "leader" or "converged", not ${shorten(condition)}`);
  }
}

/** The log from its first page to the first empty one. */
async function* logPages(
  node: SessionNode,
  first: readonly LogLine[],
  signal: AbortSignal,
): AsyncGenerator<readonly LogLine[]> {
  let page = first;
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    yield page;
    if (signal.aborted) throw new CommandFailed("interrupted");
    page = await node.log({ from: last.index + 1, max: PAGE_ENTRIES });
  }
}
