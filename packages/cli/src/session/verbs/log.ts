import type { LogLine } from "@kontiki/actors";
import { CommandFailed } from "../answer.ts";
import { nodesOrLeader } from "../completion.ts";
import { nodeOf, type SessionNode } from "../context.ts";
import { pagedVerb } from "../verb.ts";

/** Entries fetched at once: few, because each may hold a value of 1 MiB. */
const PAGE_ENTRIES = 64;

export const log = pagedVerb({
  name: "log",
  usage: "NODE|leader [FROM]",
  summary: "print its log: index, term, client:sequence, command",
  example: "log n1 100",
  arity: [1, 2],
  reads: true,
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    const from = args.left === 0 ? 1 : args.index();
    // The first page is fetched here, so that a node without a thread fails before anything is printed.
    const first = await node.log({ from, max: PAGE_ENTRIES });
    return pagesOf(node, first, context.signal);
  },
  text: async (lines) => {
    const { logText } = await import("../../render/log-text.ts");
    return lines.map((line) => `${logText(line)}\n`).join("");
  },
  json: async (lines) => {
    const { logJson } = await import("../../render/log-text.ts");
    return lines.map(logJson);
  },
});

/** The log from its first page to the first empty one. */
async function* pagesOf(
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
