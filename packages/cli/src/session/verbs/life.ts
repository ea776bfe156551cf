/**
 * Verbs that end and begin a node's life: crash, stop, start, wipe.
 *
 * @module
 */
import { nodes, nodesOrLeader } from "../completion.ts";
import { namedNode, nodeOf } from "../context.ts";
import { showsChange } from "../shows.ts";
import { verb } from "../verb.ts";

export const crash = verb({
  name: "crash",
  usage: "NODE|leader",
  summary: "kill its thread without warning; it restarts by itself",
  example: "crash leader",
  arity: [1, 1],
  order: "paces",
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    await node.crash();
    return { node: node.id, now: "crashed" };
  },
  ...showsChange,
});

export const stop = verb({
  name: "stop",
  usage: "NODE|leader",
  summary: "stop it gracefully; it stays down until it is started",
  example: "stop n2",
  arity: [1, 1],
  order: "paces",
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    await node.stop();
    return { node: node.id, now: "stopped" };
  },
  ...showsChange,
});

export const start = verb({
  name: "start",
  usage: "NODE",
  summary: "start a node that was stopped or has failed",
  example: "start n2",
  arity: [1, 1],
  order: "helps",
  completes: [nodes],
  run: async (context, args) => {
    const node = namedNode(context, "start", args.word().text);
    await node.start();
    return { node: node.id, now: "started" };
  },
  ...showsChange,
});

/** What wiping a node is about to destroy. */
export function wipeNotice(node: string): string {
  return `${node}: its disk will be deleted; it then copies everything from the others`;
}

export const wipe = verb({
  name: "wipe",
  usage: "NODE",
  summary: "delete its disk; it copies everything from the others",
  example: "wipe n2",
  arity: [1, 1],
  completes: [nodes],
  run: async (context, args) => {
    const node = namedNode(context, "wipe", args.word().text);
    context.announce(wipeNotice(node.id));
    await node.wipe({ signal: context.signal });
    return { node: node.id, now: "wiped" };
  },
  ...showsChange,
});
